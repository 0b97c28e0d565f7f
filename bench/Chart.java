import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Figures as bars, those of a unit beside each other; a line from the lowest to the highest round. */
final class Chart {

    private static final int WIDTH = 880;
    private static final int NAMES = 400;
    private static final int BARS = 360;
    private static final int LINE = 26;

    private Chart() {
    }

    static String of(String title, List<Results.Figure> figures) {
        Map<String, List<Results.Figure>> units = figures.stream().collect(Collectors.groupingBy(Results.Figure::unit, LinkedHashMap::new, Collectors.toList()));
        int height = 40 + (figures.size() + 2 * units.size()) * LINE;
        StringBuilder svg = new StringBuilder("""
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %1$d %2$d" width="%1$d" height="%2$d" role="img">
                  <title>%3$s</title>
                  <style>
                    text { font: 13px ui-sans-serif, system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328 }
                    .name { text-anchor: end }
                    .strong { font-weight: 600 }
                    .bar { fill: #0969da; fill-opacity: .35 }
                    path { fill: none; stroke: #59636e; stroke-width: 1.5 }
                    @media (prefers-color-scheme: dark) {
                      text { fill: #f0f6fc }
                      .bar { fill: #4493f8 }
                      path { stroke: #9198a1 }
                    }
                  </style>
                  <text x="15" y="24" class="strong">%3$s</text>
                """.formatted(WIDTH, height, title));
        int y = 40;
        for (Map.Entry<String, List<Results.Figure>> unit : units.entrySet()) {
            y += LINE;
            svg.append("  <text x=\"%d\" y=\"%d\" class=\"strong\">%s</text>%n".formatted(NAMES + 10, y, escape(unit.getKey())));
            double most = unit.getValue().stream().mapToDouble(Results.Figure::highest).max().orElse(1);
            for (Results.Figure figure : unit.getValue()) {
                y += LINE;
                append(svg, figure, y, BARS / Math.max(most, 1e-9));
            }
            y += LINE;
        }
        return svg.append("</svg>\n").toString();
    }

    private static void append(StringBuilder svg, Results.Figure figure, int y, double scale) {
        svg.append(String.format(Locale.ROOT, """
                  <text x="%d" y="%d" class="name">%s</text>
                  <rect class="bar" x="%d" y="%d" width="%.1f" height="18"/>
                  <path d="M%.1f %dH%.1f"/>
                  <text x="%.1f" y="%d">%s</text>
                """, NAMES, y, escape(figure.what()), NAMES + 10, y - 14, figure.median() * scale, NAMES + 10 + figure.lowest() * scale, y - 5,
                NAMES + 10 + figure.highest() * scale, NAMES + 16 + figure.highest() * scale, y, Results.Figure.number(figure.median())));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }
}
