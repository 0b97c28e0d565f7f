package format;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;

import harness.Java;
import harness.Page;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.w3c.dom.NodeList;

import static org.assertj.core.api.Assertions.assertThat;

/** What holds for every page and picture. A failure names the page and what to do. */
class PagesTest {

    private static final Set<String> ELEMENTS = Set.of("svg", "title", "desc", "style", "defs", "marker", "g", "rect", "path", "text");

    private final List<String> problems = new ArrayList<>();

    @Test
    void everyLinkLeadsSomewhere() throws IOException {
        for (Path page : pages()) {
            for (String link : Page.of(page.toString()).found("\\]\\(([^)\\s]+)\\)")) {
                String[] parts = link.split("#", 2);
                Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
                if (link.matches("https?:.*")) {
                    continue;
                }
                if (!Files.exists(Java.root().resolve(target))) {
                    problems.add(page + ": " + link + " is not there: correct the link");
                } else if (parts.length > 1 && !anchors(target).contains(parts[1])) {
                    problems.add(page + ": " + link + " is no heading of " + target + ": it has " + anchors(target));
                }
            }
        }
        assertThat(problems).as("links").isEmpty();
    }

    @Test
    void everyPageIsReachedFromTheReadme() throws IOException {
        Set<Path> reached = new TreeSet<>();
        reach(Path.of("README.md"), reached);

        assertThat(reached).containsAll(pages());
    }

    @Test
    void readmeIsShort() {
        assertThat(Page.of("README.md").text().lines()).hasSizeLessThanOrEqualTo(250);
    }

    /** No script, no font and no address: whoever looks at a page asks nobody but its server. */
    @Test
    void everyPictureIsPlainAndReadableInLightAndDark() throws Exception {
        List<Path> pictures = files("docs", ".svg");
        assertThat(pictures).isNotEmpty();
        for (Path picture : pictures) {
            String text = Files.readString(Java.root().resolve(picture));
            NodeList elements = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new ByteArrayInputStream(text.getBytes())).getElementsByTagName("*");
            for (int i = 0; i < elements.getLength(); i++) {
                if (!ELEMENTS.contains(elements.item(i).getNodeName())) {
                    problems.add(picture + ": has <" + elements.item(i).getNodeName() + ">: draw with " + ELEMENTS);
                }
            }
            Element root = (Element) elements.item(0);
            Node title = root.getElementsByTagName("title").item(0);
            if (title == null || root.getElementsByTagName("desc").getLength() != 1) {
                problems.add(picture + ": has no title or no desc: say what it shows to those who do not see it");
            }
            if (!text.contains("prefers-color-scheme: dark") || text.contains("url(http") || text.replace("http://www.w3.org/2000/svg", "").contains("://")) {
                problems.add(picture + ": has no colours for a dark page, or an address: see the other pictures");
            }
            if (pages().stream().noneMatch(page -> Page.of(page.toString()).text().contains(picture.getFileName() + ")"))) {
                problems.add(picture + ": is on no page: show it or delete it");
            }
        }
        assertThat(problems).as("pictures").isEmpty();
    }

    private void reach(Path page, Set<Path> reached) {
        if (page.toString().endsWith(".md") && Files.exists(Java.root().resolve(page)) && reached.add(page)) {
            Page.of(page.toString()).found("\\]\\(([^)#\\s]+)[^)]*\\)").forEach(link -> reach(page.resolveSibling(link).normalize(), reached));
        }
    }

    /** As GitHub makes them of headings. */
    private static Set<String> anchors(Path page) {
        return Page.of(page.toString()).found("(?m)^#+ (.*)$").stream().map(heading -> heading.toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-')).collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(files("docs", ".md"));
        pages.addAll(List.of(Path.of("README.md"), Path.of("CONTRIBUTING.md"), Path.of("k8s/README.md")));
        return pages;
    }

    private static List<Path> files(String folder, String ending) throws IOException {
        try (Stream<Path> files = Files.list(Java.root().resolve(folder))) {
            return files.filter(file -> file.toString().endsWith(ending)).map(file -> Java.root().relativize(file)).sorted().toList();
        }
    }
}
