// Something asked of the server once or again and again, and the list that is made of it.

import { ask } from "./api.js";
import { lookAgain } from "./me.js";
import { words } from "./page.js";
import { refusalWords } from "./refusal.js";
import { html, useCallback, useEffect, useState } from "./ui.js";

// { found, refused, again }: what the server answered last. With everyMs it is asked anew while the page is in view.
export function useAsked(path, everyMs = null) {
  const [answer, hold] = useState({ found: null, refused: null });
  const again = useCallback(async () => {
    try {
      const found = await ask("GET", path);
      hold({ found, refused: null });
    } catch (refused) {
      lookAgain(refused);
      hold((old) => ({ ...old, refused }));
    }
  }, [path]);
  useEffect(() => {
    again();
    const timer = everyMs && setInterval(() => document.visibilityState === "visible" && again(), everyMs);
    return () => clearInterval(timer);
  }, [again, everyMs]);
  return { ...answer, again };
}

// Its rows, or why there are none.
export function List({ asked, none, children, ...rest }) {
  const t = words.value;
  const { found, refused } = asked;
  return html`${refused && html`<p class="news" role="alert">${t(...refusalWords(t, refused))}</p>`}
    ${!found && !refused && html`<p class="soft" role="status">${t("app.connecting")}</p>`}
    ${found && found.length === 0 && html`<p class="soft">${t(none)}</p>`}
    ${found && found.length > 0 && html`<ul ...${rest}>${children}</ul>`}`;
}
