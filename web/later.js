// A part of a page that is loaded when it comes near: a phone that never scrolls there loads nothing of it.

import { words } from "./page.js";
import { html, useEffect, useRef, useState } from "./ui.js";

const NEAR = "100% 0px"; // a screen away

// `part()` gives the component once it is loaded (part.js); it gets all else.
export function Later({ part, ...rest }) {
  const t = words.value;
  const place = useRef(null);
  const [isNear, come] = useState(false);
  useEffect(() => {
    const observer = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && come(true), { rootMargin: NEAR });
    observer.observe(place.current);
    return () => observer.disconnect();
  }, []);
  const Part = isNear ? part() : null;
  return html`<div class="later" ref=${place}>${Part ? html`<${Part} ...${rest} />` : html`<p class="soft">${t("app.connecting")}</p>`}</div>`;
}
