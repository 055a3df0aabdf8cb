// Where a value lies in a picture, and which value lies at a place in it.

const between = (share, [low, high]) => low + share * (high - low);

// `margins` are those at the top, right, bottom and left; x and y are pairs of values.
export function frameOf(width, height, [top, right, bottom, left], x, y) {
  const inner = { left, top, width: Math.max(1, width - left - right), height: Math.max(1, height - top - bottom) };
  return {
    ...inner,
    right: left + inner.width,
    bottom: top + inner.height,
    x: (value) => left + ((value - x[0]) / (x[1] - x[0])) * inner.width,
    y: (value) => top + (1 - (value - y[0]) / (y[1] - y[0])) * inner.height,
    valueAt: (pixel) => between((pixel - left) / inner.width, x),
  };
}

const rounded = (value) => Math.round(value * 10) / 10;

// The path of a line through [x, y] values.
export function lineThrough(frame, points) {
  return points.map(([x, y], index) => `${index ? "L" : "M"}${rounded(frame.x(x))} ${rounded(frame.y(y))}`).join("");
}

// The same line where it has more points than the picture can show: of each column of pixels the first point, the
// lowest, the highest and the last, in their order.
export function thinned(frame, points) {
  if (points.length < 4 * frame.width) return points;
  const columns = new Map();
  points.forEach((point, at) => {
    const column = Math.floor(frame.x(point[0]));
    const [first, low, high] = columns.get(column) ?? [at, at, at];
    columns.set(column, [first, point[1] < points[low][1] ? at : low, point[1] > points[high][1] ? at : high, at]);
  });
  return [...columns.values()].flatMap((places) => [...new Set(places)].sort((a, b) => a - b).map((at) => points[at]));
}

// The path of an area between two lines of the same x.
export function areaBetween(frame, low, high) {
  return low.length ? `${lineThrough(frame, high)}${lineThrough(frame, low.toReversed()).replace("M", "L")}Z` : "";
}

// The shape that tells a beat's kind, as the report has it; normal ones are dots.
export const SHAPE_OF = { ectopic: "diamond", missed: "up", extra: "down", long: "square", short: "plus", range: "cross" };

const SHAPES = {
  circle: (r) => `m${-r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`,
  diamond: (r) => `m0 ${-r * 1.3}l${r * 1.3} ${r * 1.3}l${-r * 1.3} ${r * 1.3}l${-r * 1.3} ${-r * 1.3}z`,
  up: (r) => `m0 ${-r * 1.2}l${r * 1.15} ${r * 2}h${-r * 2.3}z`,
  down: (r) => `m0 ${r * 1.2}l${r * 1.15} ${-r * 2}h${-r * 2.3}z`,
  square: (r) => `m${-r} ${-r}h${2 * r}v${2 * r}h${-2 * r}z`,
  plus: (r) => `m0 ${-r * 1.2}v${r * 2.4}m${-r * 1.2} ${-r * 1.2}h${r * 2.4}`,
  cross: (r) => `m${-r} ${-r}l${2 * r} ${2 * r}m0 ${-2 * r}l${-2 * r} ${2 * r}`,
};

// One shape about a place, or a path of many.
export function shapeAt(name, x, y, r) {
  return `M${rounded(x)} ${rounded(y)}${SHAPES[name](r)}`;
}

// The path of a shape at each place; where many lie on the same pixel one is drawn.
export function shapesAt(name, places, r) {
  return [...new Set(places.map(([x, y]) => shapeAt(name, Math.round(x), Math.round(y), r)))].join("");
}

// From the lowest to the highest, at least `least` apart and with a little room.
export function rangeOf(values, least) {
  if (values.length === 0) return [0, least];
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const half = Math.max(least, (high - low) * 1.1) / 2;
  return [(low + high) / 2 - half, (low + high) / 2 + half];
}
