// A mark of a session in words, as both the live page and the review tell of it.

function ratingWords(t, text) {
  const [scale, moment, value] = text.split(" ");
  if (scale === "notice" && t.has(`rating.notice.${value}`)) return t(`rating.notice.${value}`);
  if (!t.has(`rating.${scale}`) || !t.has(`rating.${moment}`)) return text;
  return t("rating.text", { scale: t(`rating.${scale}`), moment: t(`rating.${moment}`), n: Number(value) });
}

// A mark in words: what was noted, asked for or rated.
export function markWords(t, mark) {
  if (mark.kind === "rating") return ratingWords(t, mark.text);
  if (mark.kind === "context" && mark.text === "following") return t("mark.following");
  if (mark.kind === "context" && t.has(`mark.context.${mark.text.replace(" ", "_")}`)) return t(`mark.context.${mark.text.replace(" ", "_")}`);
  if (mark.kind === "note") return mark.text || t("mark.moment");
  const [command, exercise] = mark.kind === "command" ? mark.text.split(" ") : [];
  if (exercise && t.has(`mark.command.${command}.with`) && t.has(`exercise.${exercise}.title`)) return t(`mark.command.${command}.with`, { exercise: t(`exercise.${exercise}.title`) });
  if (command && t.has(`mark.command.${command}`)) return t(`mark.command.${command}`);
  return t(`mark.${mark.kind}`);
}
