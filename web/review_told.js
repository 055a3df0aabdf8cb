// What was told of the session: marks and ratings while it ran, and the note that was written of it.

import { Moments } from "./review_moments.js";
import { Note } from "./review_note.js";
import { html } from "./ui.js";

export function ToldOfIt({ reviewed }) {
  return html`<${Moments} reviewed=${reviewed} /><${Note} reviewed=${reviewed} />`;
}
