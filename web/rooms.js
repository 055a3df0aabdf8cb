// The rooms: each has one person and one strap. Open one, see how all of them are.

import { ask } from "./api.js";
import { Choice, Form } from "./form.js";
import { List, useAsked } from "./list.js";
import { me } from "./me.js";
import { words } from "./page.js";
import { Room } from "./room.js";
import { strapOf, strapText, StrapFields } from "./strap_choice.js";
import { html, useState } from "./ui.js";
import { View } from "./view_frame.js";

const EVERY_MS = 3000;

function NewRoom({ person, opened }) {
  const t = words.value;
  const [whom, chooseWhom] = useState(person); // held here: what is drawn anew, each few seconds, would let go of it
  const [chosen, choose] = useState(null); // null: the strap that this person wears
  const [named, name] = useState(null); // the exercise; null: the first
  const people = useAsked("/api/people").found;
  const exercises = useAsked("/api/exercises").found;
  if (!people || !exercises) return null;
  if (people.length === 0) return html`<p>${t("rooms.people.none")}</p><a class="button" href="#people">${t("people.new")}</a>`;
  const one = people.find(({ id }) => id === whom) ?? people[0];
  const strap = chosen ?? strapOf(one.strap);
  const exercise = named ?? exercises[0].name;
  const turnTo = (id) => {
    chooseWhom(id);
    choose(null);
  };
  const act = async (values) => {
    const room = await ask("POST", "/api/rooms", { person: values.person, strap: strapText(strap), exercise: values.exercise });
    opened();
    return ["rooms.opened", { code: room.pseudonym }];
  };
  return html`<${Form} label=${t("rooms.new")} act=${act} button=${t("rooms.open")}>
    <${Choice} label=${t("rooms.person")} name="person" value=${one.id} onChange=${(event) => turnTo(event.target.value)} options=${people.map((each) => [each.id, each.name ? t("rooms.person.named", each) : each.pseudonym])} />
    <${StrapFields} strap=${strap} choose=${choose} />
    <${Choice} label=${t("patient.exercise")} hint=${t(`exercise.${exercise}.intro`)} name="exercise" value=${exercise} onChange=${(event) => name(event.target.value)} options=${exercises.map(({ name }) => [name, t(`exercise.${name}.title`)])} />
  <//>`;
}

export function Rooms({ id }) {
  const t = words.value;
  const rooms = useAsked("/api/rooms", EVERY_MS);
  return html`<${View} title=${t("staff.rooms")} isWide>
    ${me.value.role === "local" && html`<p class="soft">${t("staff.local")}</p>`}
    <${List} asked=${rooms} none="rooms.none" class="rooms">${(rooms.found ?? []).map((room) => html`<${Room} key=${room.id} room=${room} changed=${rooms.again} />`)}<//>
    <section class="panel"><h2>${t("rooms.new")}</h2><${NewRoom} key=${id} person=${id} opened=${rooms.again} /></section>
  <//>`;
}
