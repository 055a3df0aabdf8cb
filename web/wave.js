// The chest's wave as a picture needs it: on the physiotherapist's page alone.

const HOLE_S = 1; // points of the chest's wave come .4 s apart
const LEAST_REACH_MG = 3; // less is the sensor's noise

// Points (time, value) between two times, in parts that no hole breaks.
export function partsOf(points, from, to) {
  const parts = [];
  let last = null;
  for (const point of points) {
    if (point[0] < from || point[0] > to) continue;
    if (last === null || point[0] - last > HOLE_S) parts.push([]);
    parts.at(-1).push(point);
    last = point[0];
  }
  return parts;
}

// How far the chest's wave reaches to either side in the picture.
export function reachOf(points) {
  return Math.max(LEAST_REACH_MG, ...points.map(([, mg]) => Math.abs(mg)));
}
