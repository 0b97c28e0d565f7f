package io.reliableroutes.operate;

import java.nio.charset.StandardCharsets;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;

import static org.assertj.core.api.Assertions.assertThat;

/** Whatever an error says, its alert is one line and calls nobody. */
class AlertTextTest {

    @Property(tries = 2000, shrinking = ShrinkingMode.OFF)
    void chatShowsTheTextAsItIs(@ForAll("hostile") String hostile) {
        String line = new AlertText().line(hostile);

        assertThat(line.chars().noneMatch(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT || c == 0x2028 || c == 0x2029)).as(hostile).isTrue();
        for (String template : new String[] {"slack", "dingtalk", "wecom"}) {
            String chat = new AlertText().chat(line, template);
            String shown = chat.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            assertThat(chat).as(template).doesNotContain("<", ">");
            assertThat((template.equals("slack") ? shown : chat).getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(2_048);
            if (template.equals("slack")) {
                assertThat(chat.replaceAll("&(amp|lt|gt);", "")).doesNotContain("&");
                assertThat(line.getBytes(StandardCharsets.UTF_8).length > 2_000 || shown.equals(line)).as(line).isTrue();
            }
        }
    }

    @Provide
    Arbitrary<String> hostile() {
        return Arbitraries.of("<!channel>", "<!here|x>", "<@U1>", "<http://evil.example|bank>", "&lt;", "&", "<", ">", "*b*", "`x`", "\n", "\r\nRECOVERED", "\u2028", "\u202e", "\u200b", "\u0000",
                "\"", "\\", "\"}", "\ud83d\ude00".repeat(30), "\u65e5\u672c".repeat(50), "plain words ", "@all", "[a](http://evil.example)", "\u001b[31m").list().ofMaxSize(60).map(parts -> String.join("", parts));
    }
}
