// The vendored libraries under one name.
import { h, render } from "./vendor/preact.mjs";
import htm from "./vendor/htm.mjs";

export { render };
export { useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "./vendor/hooks.mjs";
export { computed, effect, signal } from "./vendor/signals.mjs";
export const html = htm.bind(h);
