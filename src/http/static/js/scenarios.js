// The page of a scenario: its address copied, the scenario saved by whoever has a token.

import { askJson, show } from "./api.js";
import { t } from "./texts.js";

const element = (id) => document.getElementById(id);
const scenario = JSON.parse(element("scenario").textContent);

const copy = element("copy");
if (copy && navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    const address = element("address");
    try {
      await navigator.clipboard.writeText(address.value);
      element("said").textContent = t("copied");
    } catch {
      // The browser does not allow it: what is selected can be copied by hand.
      address.select();
    }
  });
}

const save = element("save");
if (save) {
  save.hidden = false;
  element("save-title").value = scenario.title;
  save.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = save.querySelector("button");
    button.disabled = true;
    show(element("problem"), null);
    try {
      const body = JSON.stringify({ ...scenario, title: element("save-title").value });
      // What the page is restricted to is kept with the scenario.
      const query = new URLSearchParams(location.search);
      ["changes", "title", "description", "uilang"].forEach((name) => query.delete(name));
      query.set("save", "true");
      const saved = await askJson(`/api/v1/scenarios?${query}`, {
        method: "POST",
        body,
        headers: {
          "content-type": "application/json",
          authorization: `Bearer ${element("save-token").value.trim()}`,
        },
      });
      location.assign(`/scenarios/${encodeURIComponent(saved.id)}`);
    } catch (problem) {
      show(element("problem"), problem);
      button.disabled = false;
    }
  });
}
