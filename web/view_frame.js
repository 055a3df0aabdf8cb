// One view of a page with several: its title gets the focus, so that whoever does not see it change hears it.

import { html, useLayoutEffect, useRef } from "./ui.js";

let isFirst = true; // the view that a page opens with: its focus is where the browser puts it

export function View({ title, isWide, children }) {
  const heading = useRef(null);
  useLayoutEffect(() => {
    if (!isFirst) heading.current.focus();
    isFirst = false;
  }, []);
  return html`<main class=${`sheet view ${isWide ? "" : "narrow"}`}><h1 tabindex="-1" ref=${heading}>${title}</h1>${children}</main>`;
}
