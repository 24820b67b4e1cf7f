import assert from "node:assert/strict";
import { test } from "node:test";
import { type ChartPage, type PageChart, renderChartPage } from "./chart-page.ts";

const points = [[0, 1] as const, [1, 3] as const, [2, 2] as const];

function chart(shape: PageChart["shape"], more: Partial<PageChart> = {}): PageChart {
  return {
    title: `the ${shape}`,
    caption: "<what> it shows",
    shape,
    xName: "hours",
    yName: "devices",
    series: [
      { name: "one", points },
      { name: "two", points },
    ],
    ...more,
  };
}

const page: ChartPage = {
  title: "Run <1>",
  conclusion: 'a & b "c"',
  notes: ["generated"],
  tables: [
    {
      caption: "Waits & sizes",
      rows: [
        ["size", "p50"],
        ["<1", "3.0"],
      ],
    },
  ],
  charts: [
    chart("lines", { limit: { name: "objective", y: 4 } }),
    chart("stacked"),
    chart("bars", { barNames: ["free", "busy", "lost"] }),
  ],
};

const drawingsOf = (html: string): readonly string[] => html.match(/<svg[\s\S]*?<\/svg>/g) ?? [];

test("a page holds its words, with nothing taken for markup", () => {
  const html = renderChartPage(page);
  assert.match(html, /<title>Run &lt;1&gt;<\/title>/);
  assert.match(html, /<p>a &amp; b &quot;c&quot;<\/p>/);
  assert.match(html, /<small>generated<\/small>/);
  assert.match(
    html,
    /<caption>Waits &amp; sizes<\/caption>\n<tr><th>size<\/th><th>p50<\/th><\/tr>/,
  );
  assert.match(html, /<tr><td>&lt;1<\/td><td>3\.0<\/td><\/tr>/);
  assert.match(html, /<figcaption>&lt;what&gt; it shows<\/figcaption>/);
});

test("each chart is a drawing with its names, its axes and a limit where there is one", () => {
  const drawings = drawingsOf(renderChartPage(page));
  assert.equal(drawings.length, 3);
  for (const [index, drawing] of drawings.entries()) {
    for (const word of [page.charts[index].title, "devices", "one", "two"]) {
      assert.ok(drawing.includes(`>${word}<`), word);
    }
    assert.equal(drawing.includes(">objective<"), index === 0);
    assert.equal(drawing.includes(">hours<"), page.charts[index].shape !== "bars");
    assert.doesNotMatch(drawing, /NaN|undefined|Infinity/);
  }
});

test("stacked areas reach their sum, lines only the most of one", () => {
  const [lines, stacked] = drawingsOf(
    renderChartPage({ ...page, charts: [chart("lines"), chart("stacked")] }),
  );
  assert.ok(stacked.includes(">6<"), "3 + 3 on the axis");
  assert.ok(!lines.includes(">6<"));
});

test("a page asks the network for nothing and runs no script", () => {
  assert.doesNotMatch(
    renderChartPage(page),
    /<script|<link|<img|@import|\bsrc=|\bhref=|url\((?!#)/,
  );
});

test("colours follow the reader's light or dark screen", () => {
  const html = renderChartPage(page);
  assert.match(html, /color-scheme: light dark/);
  for (const drawing of drawingsOf(html))
    assert.doesNotMatch(drawing, /<text[^>]*style="[^"]*fill/);
});

test("bars stand above their names, and a chart without points is still a page", () => {
  const bars = drawingsOf(renderChartPage(page))[2];
  for (const name of ["free", "busy", "lost"]) assert.ok(bars.includes(`>${name}<`), name);
  const empty = chart("stacked", { series: [{ name: "one", points: [] }] });
  assert.equal(drawingsOf(renderChartPage({ ...page, charts: [empty] })).length, 1);
});
