import { LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { escapeHtml } from "./escape-html.ts";

use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

const WIDTH_PX = 960;
const HEIGHT_PX = 480;

export interface ReportPage {
  readonly title: string;
  /** One plain sentence that a reader should take away. */
  readonly conclusion: string;
  readonly charts: readonly ReportChart[];
  readonly table: readonly (readonly string[])[];
}

export interface ReportChart {
  readonly title: string;
  readonly xName: string;
  readonly yName: string;
  readonly series: readonly {
    readonly name: string;
    readonly points: readonly (readonly [x: number, y: number])[];
  }[];
}

/** An HTML page that needs no network: text, a table and charts drawn as SVG by Apache ECharts. */
export function renderReportPage(page: ReportPage): string {
  const [head = [], ...rows] = page.table;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(page.title)}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: ${WIDTH_PX}px; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse } th, td { padding: .2rem .8rem; text-align: right }
th:first-child, td:first-child { text-align: left } tr + tr { border-top: 1px solid #ddd }
svg { max-width: 100%; height: auto }
</style>
<h1>${escapeHtml(page.title)}</h1>
<p>${escapeHtml(page.conclusion)}</p>
<table>
<tr>${head.map((cell) => `<th>${escapeHtml(cell)}</th>`).join("")}</tr>
${rows.map((row) => `<tr>${row.map((cell) => `<td>${escapeHtml(cell)}</td>`).join("")}</tr>`).join("\n")}
</table>
${page.charts.map((chart) => `<figure>${drawChart(chart)}</figure>`).join("\n")}
</html>
`;
}

function drawChart({ title, xName, yName, series }: ReportChart): string {
  const chart = init(null, null, {
    renderer: "svg",
    ssr: true,
    width: WIDTH_PX,
    height: HEIGHT_PX,
  });
  chart.setOption({
    animation: false,
    title: { text: title, left: 0, top: 0 },
    legend: { right: 0, top: 4 },
    grid: { top: 60, left: 60, right: 30, bottom: 50 },
    xAxis: {
      type: "value",
      name: xName,
      nameLocation: "middle",
      nameGap: 30,
      min: "dataMin",
      max: "dataMax",
    },
    yAxis: { type: "value", name: yName, scale: true },
    series: series.map(({ name, points }) => ({
      type: "line",
      name,
      showSymbol: false,
      data: points.map((point) => [...point]),
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}
