// Of the breaths whose time could be read on the chest, how many were breathed along with: { n, all, unread }.
export function followedOf(breaths) {
  const n = breaths.filter((breath) => breath.following === "yes").length;
  const unread = breaths.filter((breath) => breath.following === "unknown").length;
  return { n, all: breaths.length - unread, unread };
}
