package mutants;

import java.lang.reflect.Proxy;

import io.reliableroutes.start.ReliableRoutesPlugin;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.spi.ContextServicePlugin;

/** The pack without its configuration check: shows that what the check refuses would indeed lose messages. */
public final class UncheckedPlugin implements ContextServicePlugin {

    @Override
    public void load(CamelContext context) {
        new ReliableRoutesPlugin().load((CamelContext) Proxy.newProxyInstance(UncheckedPlugin.class.getClassLoader(), new Class<?>[] {ModelCamelContext.class},
                (proxy, method, arguments) -> method.getName().equals("addStartupListener") ? null : method.invoke(context, arguments)));
    }
}
