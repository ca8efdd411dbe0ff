// Asking the service, and telling people what went wrong and what they can do.

import { t } from "./texts.js";

/** A refusal of the service (RFC 9457), or a connection that failed. */
export class ApiProblem extends Error {
  constructor({ title, detail, status, hint, line, column }) {
    super(detail || title);
    Object.assign(this, { title, detail, status, hint, line, column });
  }
}

/** Asks, and answers the response; throws `ApiProblem` with the cause that the service names. */
export async function ask(address, options = {}) {
  let response;
  try {
    response = await fetch(address, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiProblem({ title: t("error-network"), detail: "" });
  }
  if (response.ok) return response;
  const text = await response.text();
  let problem = {};
  try {
    problem = JSON.parse(text);
  } catch {
    problem = { title: t("error-status", { status: response.status }), detail: text.slice(0, 500) };
  }
  throw new ApiProblem({ status: response.status, ...problem });
}

/** Asks for JSON. */
export async function askJson(address, options = {}) {
  const headers = { accept: "application/json", ...options.headers };
  return (await ask(address, { ...options, headers })).json();
}

/** Shows a problem in an element: title, cause, remedy. Nothing clears it. */
export function show(element, problem) {
  element.replaceChildren();
  element.hidden = !problem;
  if (!problem) return;
  element.className = "alert";
  element.setAttribute("role", "alert");
  const paragraph = (text, tag = "p") => {
    if (!text) return;
    const node = document.createElement(tag);
    node.textContent = text;
    element.append(node);
  };
  paragraph(problem.title, "strong");
  paragraph(problem.detail || (problem instanceof ApiProblem ? "" : problem.message));
  paragraph(problem.hint);
}
