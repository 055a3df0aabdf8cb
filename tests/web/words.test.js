import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { chooseLanguage } from "../../web/preferences.js";
import { formatted, wordsOf } from "../../web/words.js";

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url)));
const phrases = read("./fixtures/phrases.json");
const language = { nl: read("../../biofeedback/lang/nl.json"), en: read("../../biofeedback/lang/en.json") };

process.env.TZ = "Europe/Amsterdam"; // where the fixture's moments are told

test("the page's formatter says what Python's says", () => {
  for (const { text, values, nl, en } of phrases) {
    assert.equal(formatted(text, values, language.nl), nl, text);
    assert.equal(formatted(text, values, language.en), en, text);
  }
});

test("half hours from UTC, on either side, are told", () => {
  const told = (zone) => {
    process.env.TZ = zone;
    return formatted("{at, time} ({at, offset})", { at: "2026-11-22T00:10:00Z" }, language.en);
  };
  assert.deepEqual(["America/St_Johns", "Asia/Kolkata", "UTC"].map(told), ["20:40 (UTC\u22123:30)", "05:40 (UTC+5:30)", "00:10 (UTC)"]);
});

test("a missing value or key is an error, not an empty place", () => {
  assert.throws(() => formatted("{n} s", {}, language.nl), /no value for \{n\}/);
  assert.throws(() => formatted("{n, colour}", { n: 1 }, language.nl), /unknown kind/);
  assert.throws(() => formatted("{n", { n: 1 }, language.nl), /not closed/);
  assert.throws(() => wordsOf(language.nl)("no.such.key"), /no words for no.such.key/);
});

test("a page can ask whether there are words", () => {
  const t = wordsOf(language.en);
  assert.ok(t.has("card.yes.word"));
  assert.ok(!t.has("error.never_heard_of"));
  assert.equal(t.language, "en");
});

test("the language is the one asked for, else the chosen one, else the browser's, else Dutch", () => {
  assert.equal(chooseLanguage("?lang=en", "nl", ["nl-NL"]), "en");
  assert.equal(chooseLanguage("?lang=fr", "nl", ["en-GB"]), "nl");
  assert.equal(chooseLanguage("", null, ["fr-FR", "en-GB"]), "en");
  assert.equal(chooseLanguage("", null, ["fr-FR"]), "nl");
});

test("every key that a page names has words", () => {
  const folder = new URL("../../web/", import.meta.url);
  const source = readdirSync(folder).filter((name) => name.endsWith(".js")).map((name) => readFileSync(new URL(name, folder), "utf-8")).join("\n");
  const keys = [...source.matchAll(/\b(?:t|words\.value)\("([a-z_]+(?:\.[a-z_0-9]+)+)"/g), ...source.matchAll(/\["([a-z_]+\.[a-z_.]+)",/g)].map((match) => match[1]);
  assert.ok(keys.length > 200, keys.length);
  assert.deepEqual(keys.filter((key) => !(key in language.nl) || !(key in language.en)), []);
});
