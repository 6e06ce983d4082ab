// Draws what the command that serves this page tells of itself each second. What it tells is put in as text, never as markup.
import uPlot from "./uplot.js";

const PERIOD_MILLIS = 1000;
const SHOWN_MILLIS = 10 * 60 * 1000;
const LEAST_SHOWN_MILLIS = 60 * 1000;
const MINUTE_MILLIS = 60 * 1000;
const STALE_MILLIS = 5000;
const CHART_HEIGHT = 220;
/** One for each colour, so that lines are told apart without colours too. */
const DASHES = [[], [10, 5], [2, 4], [12, 4, 2, 4], [5, 3], [16, 4], [2, 8], [12, 3, 2, 3, 2, 3]];

const $ = (id) => document.getElementById(id);

// ---- words and figures ------------------------------------------------------------------------------------------------------

function bytes(count) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  let value = count;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

const perSecond = (count) => `${bytes(count)}/s`;
const millis = (value) => (value > 0 ? `${value < 10 ? value.toFixed(1) : Math.round(value)} ms` : "not measured");
const whole = (value) => Math.round(value).toLocaleString("en");

function duration(seconds) {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
}

const clock = (time) => new Date(time).toLocaleTimeString("en-GB");
const words = (name) => name.toLowerCase().replaceAll("_", " ");
const counted = (count, what) => `${whole(count)} ${what}${count === 1 ? "" : "s"}`;

// ---- putting it in ----------------------------------------------------------------------------------------------------------

/** Changes only what has changed: a screen reader speaks of changes, and a selection or a focus stays. */
function text(element, value) {
  if (element.textContent !== value) element.textContent = value;
}

function attribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function make(name, className, content) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (content !== undefined) made.textContent = content;
  return made;
}

/** A piece of a chart's line, as it is drawn there. */
function swatch(colour) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
  for (const [name, value] of Object.entries({ class: "key", viewBox: "0 0 40 4", "aria-hidden": "true" })) svg.setAttribute(name, value);
  const drawn = { class: `line-${colour}`, x1: 0, y1: 2, x2: 40, y2: 2, "stroke-dasharray": DASHES[colour].join(" ") || "none" };
  for (const [name, value] of Object.entries(drawn)) line.setAttribute(name, value);
  svg.append(line);
  return svg;
}

/** Has the parent hold one child for each item, in their order; children of the same key stay. */
function each(parent, items, key, create, update) {
  const there = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let previous = null;
  for (const item of items) {
    const name = String(key(item));
    let child = there.get(name);
    if (child) {
      there.delete(name);
    } else {
      child = create(item);
      child.dataset.key = name;
    }
    const next = previous ? previous.nextSibling : parent.firstChild;
    if (next !== child) parent.insertBefore(child, next);
    update(child, item);
    previous = child;
  }
  for (const gone of there.values()) gone.remove();
}

/** Rows of a table: the first cell heads the row. A cell is a text, or a function that fills the cell. */
function rows(table, items, key, cells) {
  const columns = [...table.tHead.rows[0].cells].map((cell) => cell.textContent);
  const reflows = table.classList.contains("reflow");
  each(table.tBodies[0], items, key, () => {
    const row = make("tr");
    if (reflows) row.setAttribute("role", "row");
    columns.forEach((column, i) => {
      const cell = make(i === 0 ? "th" : "td");
      if (i === 0) cell.scope = "row";
      if (reflows) cell.setAttribute("role", i === 0 ? "rowheader" : "cell");
      cell.dataset.column = column;
      row.append(cell);
    });
    return row;
  }, (row, item) => cells(item).forEach((value, i) => {
    if (typeof value === "function") value(row.cells[i]);
    else text(row.cells[i], value);
  }));
}

function list(element, pairs) {
  each(element, pairs, ([term]) => term, ([term]) => {
    const pair = make("div");
    pair.append(make("dt", "", term), make("dd"));
    return pair;
  }, (pair, [, value]) => text(pair.lastChild, value));
}

// ---- charts -----------------------------------------------------------------------------------------------------------------

class Chart {
  constructor(id, unit) {
    this.host = $(id);
    this.text = $(`${id}-text`);
    this.table = $(`${id}-table`);
    this.unit = unit;
    this.lines = "";
    this.plot = null;
    new ResizeObserver(() => this.plot?.setSize(this.size())).observe(this.host);
  }

  size() {
    return { width: Math.max(200, this.host.clientWidth), height: CHART_HEIGHT };
  }

  /** Drawn anew from scratch when other lines are to be seen, or in other colours. */
  forget() {
    this.plot?.destroy();
    this.plot = null;
  }

  show(samples, now, lines, names) {
    const wanted = lines.join("\n");
    if (wanted !== this.lines) {
      this.forget();
      this.lines = wanted;
    }
    const data = [samples.map((sample) => sample.time / 1000)];
    for (const line of lines) data.push(samples.map((sample) => sample.lines[line.key] ?? null));
    if (this.plot) this.plot.setData(data);
    else this.plot = new uPlot(this.options(lines, now), data, this.host);
    this.describe(samples, now, lines, names);
  }

  options(lines) {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const axis = {
      stroke: colour("--soft"),
      grid: { stroke: colour("--line"), width: 1 },
      ticks: { stroke: colour("--line"), width: 1 },
    };
    return {
      ...this.size(),
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: {
          time: true,
          range: (plot) => {
            const times = plot.data[0];
            const last = times.length ? times[times.length - 1] : Date.now() / 1000;
            const first = times.length ? times[0] : last;
            return [Math.max(last - SHOWN_MILLIS / 1000, Math.min(first, last - LEAST_SHOWN_MILLIS / 1000)), last];
          },
        },
        y: { range: (plot, least, most) => [0, Math.max(most * 1.1, this.unit.least)] },
      },
      axes: [
        { ...axis, space: 90, values: (plot, times) => times.map((time) => clock(time * 1000)) },
        { ...axis, size: 84, incrs: this.unit.steps, values: (plot, values) => values.map((value) => this.unit.axis(value)) },
      ],
      series: [{}, ...lines.map((line) => ({
        label: line.name,
        stroke: colour(`--series-${line.colour}`),
        dash: DASHES[line.colour],
        width: 2,
        points: { show: false },
        spanGaps: false,
      }))],
    };
  }

  /** The same in words and figures, for who does not see the drawing. */
  describe(samples, now, lines, nothing) {
    const figures = lines.map((line) => {
      const all = samples.map((sample) => [sample.time, sample.lines[line.key]]).filter(([, value]) => value !== undefined);
      const minute = all.filter(([time]) => time > now - MINUTE_MILLIS).map(([, value]) => value);
      const latest = all.length && all[all.length - 1][0] > now - STALE_MILLIS ? all[all.length - 1][1] : null;
      return {
        line,
        latest,
        mean: minute.length ? minute.reduce((a, b) => a + b, 0) / minute.length : null,
        most: all.length ? all.reduce((most, [, value]) => Math.max(most, value), 0) : null,
      };
    });
    const said = (value) => (value === null ? "none" : this.unit.text(value));
    const current = figures.filter((figure) => figure.latest !== null);
    text(this.text, current.length === 0 ? nothing
      : current.map((figure) => `${figure.line.name} ${said(figure.latest)}`).join("; ") + ".");
    rows(this.table, figures, (figure) => figure.line.key, (figure) => [
      (cell) => {
        if (!cell.firstChild) {
          cell.append(swatch(figure.line.colour), make("span", "", figure.line.name));
        }
      },
      said(figure.latest),
      said(figure.mean),
      said(figure.most),
    ]);
  }
}

/** What a chart's figures are: how they are said, which steps an axis may have, and what it shows at the least. */
const RATE = { text: perSecond, axis: perSecond, least: 1024, steps: Array.from({ length: 40 }, (_, i) => 2 ** i) };
const DECIMAL_STEPS = [0, 1, 2, 3, 4, 5, 6].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));
const ROUND_TRIP = { text: millis, axis: (value) => `${whole(value)} ms`, least: 10, steps: DECIMAL_STEPS };
const COUNT = { text: whole, axis: whole, least: 4, steps: DECIMAL_STEPS };

// ---- sections ---------------------------------------------------------------------------------------------------------------

const STATES = {
  NEW: ["starting", "warn"],
  CONNECTING: ["connecting", "warn"],
  READY: ["ready", "good"],
  UNAVAILABLE: ["no circuit", "bad"],
  CLOSED: ["ended", "bad"],
};

function showHead(status) {
  text($("command"), status.command);
  const [name, tone] = STATES[status.state] ?? [words(status.state), "warn"];
  text($("state"), name);
  $("state").className = `state ${tone}`;
  text($("sentence"), status.sentence);
  $("trouble").hidden = !status.trouble;
  if (status.trouble) {
    const { kind, remedy, sinceSeconds } = status.trouble;
    text($("trouble"), `What is done: ${remedy}. It has been so for ${duration(sinceSeconds)} (${words(kind)}).`);
  }
  document.title = `${name} – Tunnel8 ${status.command}`;
  text($("time"), clock(status.time));
  each($("listening"), status.listening ?? [], (port) => port.what, () => {
    const item = make("li");
    item.append(make("span"), " ", make("b"));
    return item;
  }, (item, port) => {
    text(item.children[0], port.what);
    text(item.children[1], port.host ? `${port.host}:${port.port}` : `port ${port.port}`);
  });
}

function showDirect(direct) {
  const banner = $("direct");
  if (!direct?.allowed) {
    banner.replaceChildren();
    return;
  }
  if (!banner.firstChild) banner.append(make("strong", "", "Direct connections are allowed. "), make("span"), make("span"));
  // The first part is spoken at once; what changes each second stands apart and is read when it is looked at.
  text(banner.children[1], `Until ${clock(direct.until)}, peers, trackers and the name server see your own address while there is no circuit. `);
  attribute(banner.children[2], "aria-live", "off");
  text(banner.children[2], direct.datagrams + direct.streams + direct.exchanges === 0 ? "Nothing has gone directly so far."
    : `So far ${counted(direct.datagrams, "datagram")}, ${counted(direct.streams, "stream")} and ${counted(direct.exchanges, "HTTP exchange")} `
      + `went directly: ${bytes(direct.bytesSent)} out, ${bytes(direct.bytesReceived)} back.`);
}

function hopNames(circuit) {
  const hops = circuit.hops.map((label, i) => ({
    key: `hop${i}`,
    label,
    place: i === circuit.goalHops - 1 ? "exit" : `hop ${i + 1}`,
    missing: false,
  }));
  for (let i = hops.length; i < circuit.goalHops; i++) {
    hops.push({ key: `hop${i}`, label: "being asked", place: i === circuit.goalHops - 1 ? "exit" : `hop ${i + 1}`, missing: true });
  }
  return [
    { key: "you", label: "you", place: "this machine", missing: false },
    ...hops,
    { key: "outside", label: "outside", place: "peers and trackers", missing: circuit.state === "building" },
  ];
}

const carried = new Map();

function showCircuits(circuits) {
  $("circuits-section").hidden = circuits === undefined;
  $("pool-section").hidden = circuits === undefined;
  if (!circuits) return;
  $("no-circuits").hidden = circuits.length > 0;
  each($("map"), circuits, (circuit) => circuit.number, (circuit) => {
    const item = make("li");
    const name = make("div", "name");
    name.append(make("h3", "", `Circuit ${circuit.number}`), make("span", "tag"), make("span", "tag"));
    const path = make("ol", "path");
    path.setAttribute("aria-label", `Path of circuit ${circuit.number}`);
    const why = make("details");
    why.append(make("summary", "", `Why these hops: circuit ${circuit.number}`), make("ol"));
    item.append(name, path, make("dl", "list"), why);
    return item;
  }, (item, circuit) => {
    const moved = circuit.bytesUp + circuit.bytesDown;
    const flows = carried.has(circuit.number) && moved > carried.get(circuit.number);
    carried.set(circuit.number, moved);
    attribute(item, "class", `${circuit.role} ${circuit.state}${flows ? " flows" : ""}`);
    const [name, path, facts, why] = item.children;
    text(name.children[1], circuit.role);
    text(name.children[2], circuit.state === "suspect" ? "signs of life overdue" : circuit.state);
    attribute(name.children[2], "class", `tag ${circuit.state}`);
    each(path, hopNames(circuit), (hop) => hop.key, () => {
      const hop = make("li");
      const node = make("div", "node");
      node.append(make("code"), make("small"));
      hop.append(node);
      return hop;
    }, (child, hop) => {
      attribute(child, "class", hop.missing ? "missing" : "there");
      text(child.firstChild.children[0], hop.label);
      text(child.firstChild.children[1], hop.place);
    });
    list(facts, [
      ["Hops", `${circuit.hops.length} of ${circuit.goalHops}`],
      ["Round trip", millis(circuit.roundTripMillis)],
      ["Sent", bytes(circuit.bytesUp)],
      ["Received", bytes(circuit.bytesDown)],
    ]);
    why.hidden = circuit.why.length === 0;
    each(why.children[1], circuit.why, (line) => line, () => make("li"), text);
  });
  for (const number of carried.keys()) {
    if (!circuits.some((circuit) => circuit.number === number)) carried.delete(number);
  }
  rows($("pool"), circuits, (circuit) => circuit.number, (circuit) => [
    `Circuit ${circuit.number}`, circuit.role, circuit.state, `${circuit.hops.length} of ${circuit.goalHops}`,
    millis(circuit.roundTripMillis), duration(circuit.ageSeconds),
    circuit.buildMillis > 0 ? millis(circuit.buildMillis) : "not yet",
    bytes(circuit.bytesUp), bytes(circuit.bytesDown),
  ]);
}

function showServed(served) {
  $("served-section").hidden = served === undefined;
  if (!served) return;
  const pairs = [
    ["Circuits that end here", whole(served.joinedCircuits)],
    ["Circuits that run through", whole(served.relayedCircuits)],
    ["Sockets to the outside", whole(served.outsideSockets)],
    ["Carried", bytes(served.carriedBytes)],
    ["Waits for the line", bytes(served.waitingBytes)],
    ["Line that is lent", served.bandwidthBytesPerSecond > 0 ? perSecond(served.bandwidthBytesPerSecond) : "without limit"],
  ];
  if (served.quotaBytes !== undefined) {
    pairs.push(["Left of the month's quota", `${bytes(served.quotaLeftBytes)} of ${bytes(served.quotaBytes)}`]);
    pairs.push(["Renewed on", new Date(served.quotaRenewal).toISOString().slice(0, 10)]);
  }
  list($("served"), pairs);
}

function peerState(peer) {
  if (!peer.confirmed) return "not confirmed";
  return peer.reachable ? "answers" : "silent";
}

function showPeers(peers) {
  const table = peers?.table ?? [];
  const parts = peers ? [`${counted(peers.known, "peer")} known`] : ["Nobody is known"];
  if (peers?.exits !== undefined) parts.push(`${counted(peers.relays, "relay")}`, `${counted(peers.exits, "exit")} among them`);
  text($("peers-text"), `${parts.join(", ")}.`);
  const sorted = [...table].sort((a, b) => b.standing - a.standing || (a.label < b.label ? -1 : 1));
  rows($("peers"), sorted, (peer) => peer.label, (peer) => [
    (cell) => {
      if (!cell.firstChild) cell.append(make("code", "", peer.label));
    },
    peer.roles.length ? peer.roles.map(words).join(", ") : "nothing",
    peerState(peer),
    millis(peer.roundTripMillis),
    (cell) => {
      if (!cell.firstChild) {
        const meter = make("meter");
        meter.setAttribute("aria-hidden", "true");
        cell.append(meter, make("span"));
      }
      cell.firstChild.value = peer.standing;
      text(cell.lastChild, `${Math.round(peer.standing * 100)} %`);
    },
    duration(peer.knownSeconds),
  ]);
}

function showNat(nat, entry) {
  text($("nat-text"), nat ? `${nat.sentence[0].toUpperCase()}${nat.sentence.slice(1)}.` : "Not known yet.");
  if (!nat || !entry) return;
  list($("nat"), [
    ["Kind of NAT", words(nat.type)],
    ["Seen alike by", `${nat.agreeing} of ${nat.voters}`],
    ["Punctures that failed", `${nat.failedPunctures} of ${nat.punctures}${nat.puncturesFailing ? ", most" : ""}`],
    ["Bootstrap servers", `${entry.answering} of ${entry.servers} answer`],
    ["Way in", entry.degraded ? "nobody answers" : words(entry.state)],
    ["Remembered peers found", `${entry.rememberedFound} of ${entry.remembered}`],
  ]);
}

function showDrops(drops) {
  const sorted = Object.entries(drops ?? {}).sort((a, b) => b[1].total - a[1].total || (a[0] < b[0] ? -1 : 1));
  $("no-drops").hidden = sorted.length > 0;
  $("drops").hidden = sorted.length === 0;
  rows($("drops"), sorted, ([reason]) => reason, ([reason, count]) => [
    words(reason), whole(count.total), whole(count.lastMinute),
  ]);
}

function showTraffic(traffic) {
  if (!traffic) return;
  list($("traffic"), [
    ["Sent on the port", `${bytes(traffic.bytesSent)} in ${counted(traffic.packetsSent, "datagram")}`],
    ["Received on the port", `${bytes(traffic.bytesReceived)} in ${counted(traffic.packetsReceived, "datagram")}`],
    ["Sent into own circuits", bytes(traffic.dataBytesSent)],
    ["Received from own circuits", bytes(traffic.dataBytesReceived)],
    ["Cells passed on for others", whole(traffic.cellsRelayed)],
    ["Sent to the outside for others", counted(traffic.exitPacketsSent, "datagram")],
  ]);
}

// ---- what is drawn over time ------------------------------------------------------------------------------------------------

let samples = [];
let throughput = null;
let levels = null;

function remember(sample) {
  if (!sample || (samples.length && sample.time <= samples[samples.length - 1].time)) return;
  samples.push(sample);
  samples = samples.filter((old) => old.time > sample.time - SHOWN_MILLIS);
}

function circuitLines() {
  const numbers = new Set();
  for (const sample of samples) {
    for (const key of Object.keys(sample.lines)) {
      if (key.startsWith("circuit ")) numbers.add(Number(key.slice("circuit ".length)));
    }
  }
  // The newest, when more came and went in these minutes than can be told apart.
  return [...numbers].sort((a, b) => a - b).slice(-DASHES.length)
    .map((number) => ({ key: `circuit ${number}`, name: `Circuit ${number}`, colour: (number - 1) % DASHES.length }));
}

const line = (key, name, colour) => ({ key, name, colour, toString: () => `${key} ${colour}` });

function showCharts(status) {
  if (status.kind === "nothing") return;
  const node = status.kind === "node";
  throughput ??= new Chart("throughput", RATE);
  levels ??= new Chart("levels", node ? COUNT : ROUND_TRIP);
  throughput.show(samples, status.time, [line("down", "Received", 0), line("up", "Sent", 1)], "Nothing is measured yet.");
  if (node) {
    text($("levels-title"), "Circuits of others");
    text($("levels-caption"), "Circuits of others in figures");
    levels.show(samples, status.time, [
      line("circuits that end here", "End here", 0), line("circuits that run through", "Run through", 1),
    ], "Nothing is measured yet.");
  } else {
    levels.show(samples, status.time, circuitLines().map((one) => line(one.key, one.name, one.colour)), "No round trip is measured.");
  }
}

// ---- asking -----------------------------------------------------------------------------------------------------------------

let heardMillis = performance.now();
let shown = null;
let paused = false;

async function get(name) {
  const answer = await fetch(name, { cache: "no-store", signal: AbortSignal.timeout(STALE_MILLIS) });
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer.json();
}

function show(status) {
  showHead(status);
  showDirect(status.direct);
  showCircuits(status.circuits);
  showServed(status.served);
  showPeers(status.peers);
  showNat(status.nat, status.entry);
  showDrops(status.drops);
  showTraffic(status.traffic);
  showCharts(status);
}

function showStale() {
  const stale = performance.now() - heardMillis > STALE_MILLIS && !paused;
  $("stale").hidden = !stale;
  text($("stale"), stale ? "The command does not answer any more; what is shown is old. It may have ended." : "");
}

async function poll() {
  if (!paused) {
    try {
      const status = await get("status.json");
      const last = samples.length ? samples[samples.length - 1].time : 0;
      if (status.sample && status.sample.time - last > 3 * PERIOD_MILLIS) {
        samples = (await get("history.json")).samples;
      }
      remember(status.sample);
      if (shown?.time !== status.time) heardMillis = performance.now();
      shown = status;
      show(status);
    } catch (failure) {
      // A command that has ended is what the line about it is for.
      if (!(failure instanceof TypeError || failure instanceof DOMException)) console.error(failure);
    }
  }
  showStale();
  setTimeout(poll, PERIOD_MILLIS);
}

$("pause").addEventListener("click", () => {
  paused = !paused;
  attribute($("pause"), "aria-pressed", String(paused));
  if (!paused) heardMillis = performance.now();
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  throughput?.forget();
  levels?.forget();
  if (shown) showCharts(shown);
});

poll();
