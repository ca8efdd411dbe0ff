// The queue of pairs: one after the other, decided by buttons or keys, and every step undone.

import { ask, askJson, show } from "./api.js";
import { number, t } from "./texts.js";
import { authorization } from "./token.js";
import { graphIri, tokenPanel } from "./token-panel.js";

const at = (id) => document.getElementById(id);
let token = null;
const door = tokenPanel((found) => {
  token = found;
  const details = at("token-details");
  if (details && door === "token" && !found) details.open = true;
});
const details = at("token-details");
if (details && door === "open") details.hidden = true;

const pairs = [...document.querySelectorAll(".pair")];
const list = at("pairs");
const bar = at("done");
const bulk = at("bulk");
/** Steps that can be taken back: the pair and what was decided of it. */
const steps = [];
let here = 0;
let skipped = 0;
let isBusy = false;

const counts = {
  accepted: Number(bar?.dataset.accepted ?? 0),
  rejected: Number(bar?.dataset.rejected ?? 0),
};

/** Sends decisions; links of a partner's graph are for that graph, others for everybody. */
async function decide(decisions) {
  const own = graphIri(list.dataset.graph);
  const isOwn = token && !token.admin && token.graphs.includes(own);
  const address = isOwn ? `/api/v1/links?graph=${encodeURIComponent(own)}` : "/api/v1/links";
  await ask(address, {
    method: "POST",
    headers: {
      ...authorization(),
      "content-type": "application/json",
      accept: "application/json",
    },
    body: JSON.stringify(decisions),
  });
}

function count() {
  if (!bar) return;
  const decided = counts.accepted + counts.rejected;
  bar.value = decided;
  at("done-text").textContent = t("partners-links-done", {
    decided: number(decided),
    total: number(bar.max),
    accepted: number(counts.accepted),
    rejected: number(counts.rejected),
  });
}

/** Shows the pair that is to be decided, or all as a list. */
function turn(told = "") {
  const isList = at("list").checked;
  pairs.forEach((pair, index) => {
    pair.hidden = !isList && index !== here;
  });
  const isOver = here >= pairs.length;
  for (const id of ["accept", "reject", "skip"]) at(id).disabled = isOver;
  at("undo").disabled = steps.length === 0;
  at("page-done").hidden = !isOver;
  if (isOver) {
    const address = new URL(location.href);
    const before = Number(address.searchParams.get("offset") ?? 0);
    // Decided ones are no longer in the queue of open ones.
    const left = list.dataset.state === "open" ? skipped : pairs.length;
    address.searchParams.set("offset", before + left);
    at("page-done").querySelector("a").href = address.pathname + address.search;
  }
  const next = isOver ? t("partners-page-done") : pairs[here].querySelector("h2").textContent;
  at("decide-state").textContent = told ? `${told} ${next}` : next;
  if (isList && !isOver) pairs[here].scrollIntoView({ block: "center" });
}

function mark(pair, state) {
  pair.dataset.state = state;
  const badge = pair.querySelector(".state");
  badge.dataset.state = state;
  badge.textContent = state === "open" ? "" : t(`partners-state-${state}`);
}

async function step(verb) {
  if (isBusy || here >= pairs.length) return;
  isBusy = true;
  const pair = pairs[here];
  const { source, target, state } = pair.dataset;
  show(at("decide-problem"), null);
  try {
    if (verb !== "skip") {
      await decide({ source, target, decision: verb });
      const made = verb === "accept" ? "accepted" : "rejected";
      if (state !== "open") counts[state] -= 1;
      counts[made] += 1;
      mark(pair, made);
    } else {
      skipped += 1;
    }
    steps.push({ index: here, verb, before: state });
    here += 1;
    count();
    turn(t(`partners-did-${verb}`));
  } catch (error) {
    show(at("decide-problem"), error);
    if (error.status === 401 && details) details.open = true;
  }
  isBusy = false;
}

async function undo() {
  const last = steps.at(-1);
  if (isBusy || !last) return;
  isBusy = true;
  show(at("decide-problem"), null);
  const pair = pairs[last.index];
  const { source, target, state } = pair.dataset;
  try {
    if (last.verb !== "skip") {
      const back = { accepted: "accept", rejected: "reject" }[last.before] ?? "withdraw";
      await decide({ source, target, decision: back });
      counts[state] -= 1;
      if (last.before !== "open") counts[last.before] += 1;
      mark(pair, last.before);
    } else {
      skipped -= 1;
    }
    steps.pop();
    here = last.index;
    count();
    turn(t("partners-did-undo"));
  } catch (error) {
    show(at("decide-problem"), error);
  }
  isBusy = false;
}

if (pairs.length && at("decide") && door !== "closed") {
  at("decide").hidden = false;
  at("accept").addEventListener("click", () => step("accept"));
  at("reject").addEventListener("click", () => step("reject"));
  at("skip").addEventListener("click", () => step("skip"));
  at("undo").addEventListener("click", undo);
  at("list").addEventListener("change", () => turn());
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest?.("input:not([type=checkbox]), select, textarea");
    const hasModifier = event.ctrlKey || event.metaKey || event.altKey;
    if (isTyping || hasModifier || event.repeat || !at("keys").checked) return;
    const action = {
      a: () => step("accept"),
      r: () => step("reject"),
      s: () => step("skip"),
      u: undo,
    }[event.key.toLowerCase()];
    if (!action) return;
    event.preventDefault();
    action();
  });
  turn();
}

if (bulk && list) {
  bulk.hidden = door === "closed";
  let accepted = [];
  at("bulk-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    show(at("bulk-problem"), null);
    const query = new URLSearchParams(list.dataset.query);
    query.set("threshold", at("bulk-threshold").value);
    try {
      const answer = await askJson(`/api/v1/links/accept?${query}`, {
        method: "POST",
        headers: authorization(),
      });
      accepted = answer.links;
      counts.accepted += accepted.length;
      for (const pair of pairs) {
        const isIn = accepted.some(
          (link) => link.source === pair.dataset.source && link.target === pair.dataset.target,
        );
        if (isIn) mark(pair, "accepted");
      }
      count();
      at("bulk-state").textContent = t("partners-bulk-done", {
        accepted: number(answer.accepted),
        skipped: number(answer.skipped.length),
      });
      at("bulk-undo").hidden = accepted.length === 0;
    } catch (error) {
      show(at("bulk-problem"), error);
      if (error.status === 401 && details) details.open = true;
    }
  });
  at("bulk-undo").addEventListener("click", async () => {
    show(at("bulk-problem"), null);
    try {
      await decide(accepted.map((link) => ({ ...link, decision: "withdraw" })));
      counts.accepted -= accepted.length;
      for (const pair of pairs) {
        if (accepted.some((link) => link.source === pair.dataset.source && link.target === pair.dataset.target)) {
          mark(pair, "open");
        }
      }
      accepted = [];
      count();
      at("bulk-state").textContent = t("partners-did-undo");
      at("bulk-undo").hidden = true;
    } catch (error) {
      show(at("bulk-problem"), error);
    }
  });
}
