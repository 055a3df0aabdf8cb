// Which room stands where on the physiotherapist's page: a card keeps its place when others come and go.

export const SEATS = 8;

// Rooms by place (null: free) after a look at which there are, and how many found no place.
export function seated(before, rooms) {
  const here = new Set(rooms);
  const kept = Array.from({ length: SEATS }, (_, at) => (here.has(before[at]) ? before[at] : null));
  const waiting = rooms.filter((room) => !kept.includes(room));
  const seats = kept.map((room) => room ?? waiting.shift() ?? null);
  return { seats, more: waiting.length };
}
