import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { escapeHtml } from "./escape-html.ts";

use([BarChart, LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

const WIDTH_PX = 960;
const HEIGHT_PX = 380;
/** Grey that stands out from light and dark paper alike. */
const AXIS = "#8a8f98";
const GRID = "#8a8f9840";
/** From the palette of Okabe and Ito, which colour-blind people tell apart. */
const COLORS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00"];

/** A page of tables and charts, for a reader with a light or a dark screen. */
export interface ChartPage {
  readonly title: string;
  /** One plain sentence that a reader should take away. */
  readonly conclusion: string;
  /** What a reader should know of where the figures came from. */
  readonly notes: readonly string[];
  readonly tables: readonly PageTable[];
  readonly charts: readonly PageChart[];
}

export interface PageTable {
  readonly caption: string;
  /** The first row is the head. */
  readonly rows: readonly (readonly string[])[];
}

export interface PageChart {
  readonly title: string;
  /** What the chart shows, in a sentence. */
  readonly caption: string;
  /** `stacked`: areas on top of each other; `steps`: each value holds until the next point. */
  readonly shape: "lines" | "steps" | "stacked" | "bars";
  /** Names under the bars: x is an index into them. */
  readonly barNames?: readonly string[];
  readonly xName: string;
  readonly yName: string;
  readonly series: readonly {
    readonly name: string;
    /** What is left over: drawn in grey. */
    readonly isRest?: boolean;
    /** Ascending in x. */
    readonly points: readonly (readonly [x: number, y: number])[];
  }[];
  /** A level to hold values against. */
  readonly limit?: { readonly name: string; readonly y: number };
}

/** An HTML page that needs no network and runs no script; charts are SVG by Apache ECharts. */
export function renderChartPage(page: ChartPage): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(page.title)}</title>
<style>
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; max-width: ${WIDTH_PX}px; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin: 1.5rem 0; font-variant-numeric: tabular-nums }
caption { text-align: left; font-weight: 600 }
th, td { padding: .15rem .8rem .15rem 0; text-align: right; font-weight: 400 }
th { color: GrayText } th:first-child, td:first-child { text-align: left }
tr + tr { border-top: 1px solid ${GRID} }
figure { margin: 2.5rem 0 } figcaption { font-size: .9rem }
svg { max-width: 100%; height: auto } svg text { fill: CanvasText } svg * { pointer-events: none }
</style>
<h1>${escapeHtml(page.title)}</h1>
<p>${escapeHtml(page.conclusion)}</p>
${page.notes.map((note) => `<p><small>${escapeHtml(note)}</small></p>`).join("\n")}
${page.charts.map(drawFigure).join("\n")}
${page.tables.map(drawTable).join("\n")}
</html>
`;
}

function drawTable({ caption, rows }: PageTable): string {
  const [head = [], ...body] = rows;
  const cells = (row: readonly string[], tag: string): string =>
    `<tr>${row.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join("")}</tr>`;
  return `<table>
<caption>${escapeHtml(caption)}</caption>
${[cells(head, "th"), ...body.map((row) => cells(row, "td"))].join("\n")}
</table>`;
}

function drawFigure(page: PageChart): string {
  return `<figure>${drawChart(page)}<figcaption>${escapeHtml(page.caption)}</figcaption></figure>`;
}

function drawChart(page: PageChart): string {
  const chart = init(null, null, {
    renderer: "svg",
    ssr: true,
    width: WIDTH_PX,
    height: HEIGHT_PX,
  });
  const axis = {
    axisLine: { lineStyle: { color: AXIS } },
    splitLine: { lineStyle: { color: GRID } },
    nameLocation: "middle" as const,
  };
  const axisLabel = { formatter: (value: number) => String(Number(value.toFixed(2))) };
  chart.setOption({
    animation: false,
    color: COLORS,
    title: { text: page.title, left: 0, top: 0, textStyle: { fontSize: 16 } },
    legend: { show: page.series.length > 1, right: 20, top: 26, icon: "roundRect", itemGap: 20 },
    grid: { top: 64, left: 70, right: 20, bottom: 50 },
    xAxis:
      page.barNames === undefined
        ? {
            ...axis,
            type: "value",
            name: page.xName,
            nameGap: 30,
            min: "dataMin",
            max: "dataMax",
            axisLabel,
          }
        : { ...axis, type: "category", data: [...page.barNames] },
    yAxis: { ...axis, type: "value", name: page.yName, nameGap: 50, min: 0 },
    series: [...page.series.map((line) => seriesOf(page, line)), ...limitOf(page)],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

function seriesOf(
  { shape }: PageChart,
  { name, points, isRest }: PageChart["series"][number],
): Record<string, unknown> {
  const color = isRest === true ? { color: GRID } : {};
  const common = { ...color, name, data: points.map((point) => [...point]) };
  if (shape === "bars") return { ...common, type: "bar" };
  return {
    ...common,
    type: "line",
    showSymbol: false,
    lineStyle: { width: shape === "stacked" ? 0 : 1.5 },
    ...(shape === "lines" ? {} : { step: "end" }),
    ...(shape === "stacked" ? { stack: "areas", areaStyle: { opacity: 0.85 } } : {}),
  };
}

/** A dashed line from the first x to the last; a series, so that the axis reaches up to it. */
function limitOf({ limit, series }: PageChart): Record<string, unknown>[] {
  const xs = series.flatMap(({ points }) => points.map(([x]) => x));
  const first = xs.reduce((least, x) => Math.min(least, x), Number.POSITIVE_INFINITY);
  const last = xs.reduce((most, x) => Math.max(most, x), Number.NEGATIVE_INFINITY);
  if (limit === undefined || xs.length === 0) return [];
  const data = [first, last].map((x) => [x, limit.y]);
  const lineStyle = { width: 1, type: "dashed", color: AXIS };
  return [{ name: limit.name, type: "line", showSymbol: false, data, lineStyle, color: AXIS }];
}
