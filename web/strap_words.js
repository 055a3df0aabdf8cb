// What the strap says of itself; its own detail where there are words for it.
export function strapWords(t, quality) {
  if (!quality) return t("strap.searching");
  if (quality.strap_state === "beats" && quality.contact === false) return t("card.no_contact.sentence");
  const detail = quality.strap_detail ?? "";
  const key = [detail, `strap.${detail}`].find((one) => one.startsWith("strap.") && t.has(one));
  if (key && quality.strap_state !== "beats") return t(key);
  return t(`strap.${quality.strap_state}`);
}
