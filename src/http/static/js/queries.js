// Finding a question of the catalogue by its words.

import { number, t } from "./texts.js";

const plain = (text) =>
  text
    .normalize("NFD")
    .replace(/\p{Mn}/gu, "")
    .toLowerCase();

/** Has an input hide what does not have all of its words, and topics that are left empty. */
export function filterQuestions(input, status, questions, topics, textOf) {
  const texts = new Map(questions.map((question) => [question, plain(textOf(question))]));
  input.addEventListener("input", () => {
    const words = plain(input.value).split(/\s+/).filter(Boolean);
    let found = 0;
    for (const question of questions) {
      question.hidden = !words.every((word) => texts.get(question).includes(word));
      found += question.hidden ? 0 : 1;
    }
    for (const topic of topics) {
      topic.hidden = !questions.some((question) => topic.contains(question) && !question.hidden);
    }
    if (!words.length) status.textContent = "";
    else if (!found) status.textContent = t("queries-found-none");
    else if (found === 1) status.textContent = t("queries-found-one");
    else status.textContent = t("queries-found", { n: number(found) });
  });
}

const box = document.getElementById("find-questions");
if (box) {
  box.hidden = false;
  filterQuestions(
    document.getElementById("questions-filter"),
    document.getElementById("questions-found"),
    [...document.querySelectorAll("[data-question]")],
    [...document.querySelectorAll("#questions .topic")],
    (question) => question.textContent,
  );
}
