/** The types of the file beside it, which is uPlot as npm ships it. */
import uPlot from "uplot";

export default uPlot;
