import assert from "node:assert/strict";
import { test } from "node:test";
import { type ReportPage, renderReportPage } from "./report-page.ts";

const page: ReportPage = {
  title: "Fill <1>",
  conclusion: 'a & b "c"',
  charts: ["first", "second"].map((title) => ({
    title,
    xName: "load",
    yName: "%",
    series: [
      { name: "fgd", points: [[0, 1] as const, [130, 93.5] as const] },
      { name: "best-fit", points: [[0, 1] as const, [130, 90.25] as const] },
    ],
  })),
  table: [
    ["policy", "allocated"],
    ["fgd", "<b>93.50 %</b>"],
  ],
};

test("a page holds its title, conclusion and table, with nothing taken for markup", () => {
  const html = renderReportPage(page);
  assert.match(html, /^<!doctype html>\n<html lang="en">/);
  assert.match(html, /<title>Fill &lt;1&gt;<\/title>/);
  assert.match(html, /<p>a &amp; b &quot;c&quot;<\/p>/);
  assert.match(html, /<tr><th>policy<\/th><th>allocated<\/th><\/tr>/);
  assert.match(html, /<td>&lt;b&gt;93\.50 %&lt;\/b&gt;<\/td>/);
});

test("each chart is an SVG drawing with its names and lines", () => {
  const html = renderReportPage(page);
  const drawings = html.match(/<svg[\s\S]*?<\/svg>/g) ?? [];
  assert.equal(drawings.length, 2);
  for (const [index, drawing] of drawings.entries()) {
    for (const word of [page.charts[index].title, "load", "fgd", "best-fit"]) {
      assert.ok(drawing.includes(`>${word}<`), word);
    }
    assert.doesNotMatch(drawing, /NaN|undefined/);
  }
});

test("a page asks the network for nothing and runs no script", () => {
  const html = renderReportPage(page);
  assert.doesNotMatch(html, /<script|<link|<img|@import|\bsrc=|\bhref=|url\((?!#)/);
});

test("a chart without points is still a page", () => {
  const empty = { ...page, charts: [{ ...page.charts[0], series: [{ name: "fgd", points: [] }] }] };
  assert.match(renderReportPage(empty), /<svg/);
});
