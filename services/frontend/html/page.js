"use strict";

const MENU = "/api/order/menu";
const ORDERS = "/api/order/orders";
const STOCK = "/api/inventory/inventory";
const BUY = "/api/inventory/inventory/add";
const BOOKS = "/api/billing/sales";

const SECONDS_TO_WAIT = 40;
const SECONDS_BETWEEN_LOOKS = 15;
const LINES_KEPT = 50;

const money = new Intl.NumberFormat("en", { style: "currency", currency: "KRW" });
const number = new Intl.NumberFormat("en");
const find = (id) => document.getElementById(id);
const prices = { beans_grams: 0, milk_ml: 0 };

class Failed extends Error {}

/** What a service answers, or a Failed with words for whoever asked. */
async function ask(path, body) {
  const changes = body !== undefined;
  const unsure = changes ? " It may have been done or not: look at the stock and the books before you try again." : "";
  const request = changes
    ? { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }
    : {};
  let answer;
  try {
    answer = await fetch(path, { ...request, cache: "no-store", signal: AbortSignal.timeout(SECONDS_TO_WAIT * 1000) });
  } catch (problem) {
    const why = problem.name === "TimeoutError" ? "The shop did not answer in time." : "The shop cannot be reached.";
    throw new Failed(why + unsure);
  }
  const found = await answer.json().catch(() => undefined);
  if (answer.ok && found !== undefined) return found;
  // What is no object with a detail is not said by a service, but by what stands before it.
  if (typeof found?.detail !== "string") throw new Failed(`This part of the shop does not answer (${answer.status}).${unsure}`);
  const known = answer.status < 500 || answer.status === 503;
  throw new Failed(`${heading(answer.status)} ${sentence(found.detail)}${known ? "" : unsure}`);
}

function heading(status) {
  if (status === 404) return "That is not on offer.";
  if (status === 409) return "That cannot be done now.";
  if (status === 422) return "That was not understood.";
  if (status === 503) return "A part of the shop is closed.";
  return "Something broke.";
}

function sentence(text) {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?)]$/.test(whole) ? whole : `${whole}.`;
}

function tell(good, title, text) {
  const line = document.createElement("li");
  const time = document.createElement("time");
  const words = document.createElement("span");
  const strong = document.createElement("strong");
  const now = new Date();
  line.className = good ? "good" : "bad";
  time.dateTime = now.toISOString();
  time.textContent = now.toLocaleTimeString("en-GB");
  strong.textContent = `${good ? "✓" : "✗"} ${title}`;
  words.append(strong, ` ${text}`);
  line.append(time, words);
  find("happened").prepend(line);
  find("nothing").hidden = true;
  while (find("happened").childElementCount > LINES_KEPT) find("happened").lastElementChild.remove();
}

/** Do something once at a time: a second press while the first is on its way does nothing. */
async function once(button, work, failed) {
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  try {
    await work();
  } catch (problem) {
    tell(false, failed, problem instanceof Failed ? problem.message : `This page broke: ${problem.message}`);
  } finally {
    button.setAttribute("aria-disabled", "false");
  }
  await look();
}

/** Show a part of the page, or why it cannot be shown. */
async function show(path, state, part, fill) {
  try {
    fill(await ask(path));
    find(state).hidden = true;
    find(part).hidden = false;
  } catch (problem) {
    find(state).textContent = problem instanceof Failed ? problem.message : `This page broke: ${problem.message}`;
    find(state).className = "state bad";
    find(state).hidden = false;
    find(part).hidden = true;
  }
}

function card(drink) {
  const item = document.createElement("li");
  const title = document.createElement("h3");
  const name = document.createElement("span");
  const price = document.createElement("span");
  const recipe = document.createElement("p");
  const form = document.createElement("form");
  const label = document.createElement("label");
  const cups = document.createElement("input");
  const button = document.createElement("button");
  name.textContent = drink.name;
  price.className = "price";
  price.textContent = money.format(drink.price);
  title.append(name, price);
  recipe.className = "recipe";
  recipe.textContent = `${number.format(drink.beans_grams)} g beans` + (drink.milk_ml ? `, ${number.format(drink.milk_ml)} ml milk` : "");
  Object.assign(cups, { type: "number", inputMode: "numeric", min: "1", max: "100", step: "1", value: "1", required: true });
  label.append("Cups", cups);
  button.type = "submit";
  button.textContent = "Order";
  button.setAttribute("aria-label", `Order ${drink.name}`);
  form.append(label, button);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    once(button, async () => {
      const taken = await ask(ORDERS, { menu_id: drink.id, quantity: cups.valueAsNumber });
      tell(true, `Order ${taken.id} is taken.`, `${taken.quantity} × ${taken.name}, ${money.format(taken.total)}.`);
    }, `${drink.name} is not ordered.`);
  });
  item.append(title, recipe, form);
  return item;
}

function price() {
  const cost = [...find("buy").querySelectorAll("input")].reduce((sum, input) => sum + (input.valueAsNumber || 0) * prices[input.name], 0);
  find("cost").textContent = cost > 0 ? ` for ${money.format(cost)}` : "";
}

let shown = "";

async function look() {
  await Promise.all([
    show(MENU, "menu-state", "menu", (drinks) => {
      // Made anew only when it changed: somebody may be typing in it.
      const now = JSON.stringify(drinks);
      if (now !== shown) find("menu").replaceChildren(...drinks.map(card));
      shown = now;
    }),
    show(STOCK, "stock-state", "stock", (stock) => {
      find("beans").textContent = `${number.format(stock.beans_grams)} g`;
      find("milk").textContent = `${number.format(stock.milk_ml)} ml`;
      prices.beans_grams = stock.price_per_gram;
      prices.milk_ml = stock.price_per_ml;
      price();
    }),
    show(BOOKS, "books-state", "books", (books) => {
      find("sales").textContent = money.format(books.sales);
      find("costs").textContent = money.format(books.costs);
    }),
  ]);
}

find("buy").addEventListener("input", price);
find("buy").addEventListener("submit", (event) => {
  event.preventDefault();
  const { beans_grams: beans, milk_ml: milk } = event.target.elements;
  once(event.target.querySelector("button"), async () => {
    const bought = await ask(BUY, { beans_grams: beans.valueAsNumber, milk_ml: milk.valueAsNumber });
    tell(true, "Stock is bought.", `It cost ${money.format(bought.cost)}.`);
  }, "No stock is bought.");
});

look();
setInterval(() => { if (!document.hidden) look(); }, SECONDS_BETWEEN_LOOKS * 1000);
