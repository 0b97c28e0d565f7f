package io.reliableroutes.operate;

import io.reliableroutes.support.DatabaseText;

/**
 * Words of an alert for people. Part of them comes from outside, in messages of errors: it must not end a line of a log, call everybody
 * in a chat, or be a link there.
 */
public class AlertText {

    /** WeChat Work takes 2,048 bytes, DingTalk 20,000, Slack 40,000 characters, of which it shows 4,000. */
    private static final int LONGEST = 2_000;

    /**
     * @param  text words of an alert, not null
     * @return      the same in one line
     */
    public String line(String text) {
        // also what turns the direction of a text round, or has no width
        return text.replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]+", " ");
    }

    /**
     * @param  text     words of an alert in one line, not null
     * @param  template {@code slack}, {@code dingtalk} or {@code wecom}
     * @return          a text that is shown there as it is, of at most 2,000 bytes of UTF-8 where it is not escaped
     */
    public String chat(String text, String template) {
        if (template.equals("slack")) {
            // the three characters that Slack reads; no markup is left without them but * _ ~ `, which mrkdwn: false switches off
            return cut(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        }
        // these two know no escape: <@name> calls somebody
        return cut(text.replace('<', '\u2039').replace('>', '\u203a'));
    }

    private static String cut(String text) {
        String cut = DatabaseText.UTF8.cut(text, LONGEST);
        return cut.length() < text.length() ? DatabaseText.UTF8.cut(text, LONGEST - 3) + "\u2026" : cut;
    }
}
