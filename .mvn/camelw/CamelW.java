import org.apache.camel.dsl.jbang.core.commands.CamelJBangMain;

/** Camel JBang's own class has no main method: JBang scripts call it. */
public final class CamelW {

    private CamelW() {
    }

    public static void main(String[] arguments) {
        CamelJBangMain.run(arguments);
    }
}
