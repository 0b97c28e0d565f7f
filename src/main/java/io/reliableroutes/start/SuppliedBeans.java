package io.reliableroutes.start;

import java.util.Map;
import java.util.Set;

import io.reliableroutes.database.LocalDataSource;
import io.reliableroutes.database.LocalTransactions;
import io.reliableroutes.database.PostgresDriver;
import io.reliableroutes.database.TransactionPolicy;
import io.reliableroutes.support.ConfigurationException;
import io.reliableroutes.support.PublicText;
import io.reliableroutes.support.Settings;
import jakarta.transaction.TransactionManager;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.BeanRepository;
import org.apache.camel.support.DefaultRegistry;
import org.apache.camel.support.component.PropertyConfigurerSupport;
import org.apache.camel.util.StringHelper;

/**
 * Beans that are made when somebody asks for them by name and nobody has bound any: the data source of {@code database.<name>.url}, the transaction
 * manager, and the policy of {@code tx.policy}. By name, and not all at once: an address that only the environment has is in no list.
 */
final class SuppliedBeans implements BeanRepository {

    /** Settings of one database, behind its name. */
    static final Set<String> OF_A_DATABASE = Set.of("url", "user", "password", "pool-size");

    private final CamelContext context;
    private final DefaultRegistry registry;

    private SuppliedBeans(CamelContext context, DefaultRegistry registry) {
        this.context = context;
        this.registry = registry;
    }

    /** Once for each registry: a context may be given another one after it was built, as {@code new DefaultCamelContext(registry)} does. */
    static void install(CamelContext context) {
        if (context.getRegistry() instanceof DefaultRegistry registry
                && (registry.getRepositories() == null || registry.getRepositories().stream().noneMatch(SuppliedBeans.class::isInstance))) {
            registry.addBeanRepository(new SuppliedBeans(context, registry));
        }
    }

    /** The first part of the names of its settings, for the bean name of a data source; of a name like {@code bankA} also {@code database.bank-a}. */
    static String prefix(String dataSource) {
        return "database." + StringHelper.camelCaseToDash(dataSource);
    }

    @Override
    public Object lookupByName(String name) {
        return lookupByNameAndType(name, Object.class);
    }

    @Override
    public synchronized <T> T lookupByNameAndType(String name, Class<T> type) {
        Class<?> made = switch (name) {
            case "txPolicy" -> TransactionPolicy.class;
            case "transactionManager" -> TransactionManager.class;
            default -> LocalDataSource.class;
        };
        // asked for each message, of a name that is bound since the first
        if (!type.isAssignableFrom(made) || isBound(name) || made == LocalDataSource.class && setting(name, "url") == null || optional("camel.beans." + name) != null) {
            return null;
        }
        Object bean = switch (name) {
            case "txPolicy" -> policy();
            case "transactionManager" -> LocalTransactions.transactionManager(Settings.text(context, "tx.timeout"));
            default -> dataSource(name);
        };
        registry.getFallbackRegistry().bind(name, bean);
        return type.cast(bean);
    }

    /** What {@code camel.beans} names is bound a little later. */
    private boolean isBound(String name) {
        return registry.getSupplierRegistry().lookupByName(name) != null || registry.getFallbackRegistry().lookupByName(name) != null;
    }

    private TransactionPolicy policy() {
        TransactionPolicy policy = new TransactionPolicy();
        policy.setTransactionManager(transactionManager());
        return policy;
    }

    private LocalDataSource dataSource(String name) {
        String user = setting(name, "user");
        if (user == null) {
            throw new ConfigurationException(prefix(name) + ".user is not set: nobody could log in to the database of " + name + ". Set it beside "
                    + prefix(name) + ".url.");
        }
        String url = setting(name, "url");
        if (!PostgresDriver.takes(url)) {
            throw new ConfigurationException(prefix(name) + ".url (" + PublicText.of(url) + ") is no JDBC URL of PostgreSQL: no route could reach the database "
                    + "of " + name + ". Write jdbc:postgresql://host:5432/name, and the login into " + prefix(name) + ".user and .password.");
        }
        LocalDataSource dataSource = new LocalDataSource();
        dataSource.setUrl(url);
        dataSource.setUser(user);
        String password = setting(name, "password");
        dataSource.setPassword(password == null ? "" : password);
        String size = setting(name, "pool-size");
        if (size != null && !size.matches("[1-9][0-9]{0,3}")) {
            throw new ConfigurationException(prefix(name) + ".pool-size (" + size + ") is no number of connections: there would be none. Set for example 10.");
        }
        if (size != null) {
            dataSource.setPoolSize(Integer.parseInt(size));
        }
        dataSource.setTransactionManager(transactionManager());
        return dataSource;
    }

    private TransactionManager transactionManager() {
        return context.getRegistry().lookupByNameAndType("transactionManager", TransactionManager.class);
    }

    private String setting(String dataSource, String setting) {
        if (!dataSource.matches("[A-Za-z][A-Za-z0-9_-]*")) {
            return null;
        }
        String value = optional(prefix(dataSource) + "." + setting);
        if (value == null) {
            value = optional("database." + dataSource + "." + setting);
        }
        return value == null || value.isBlank() ? null : value;
    }

    /** Without the exception that a missing property is elsewhere: this is asked of many a name. */
    private String optional(String property) {
        String value = context.getPropertiesComponent().parseUri("{{?" + property + "}}");
        // in an export everything that is not set resolves to the same made-up text
        return PropertyConfigurerSupport.MAGIC_VALUE.equals(value) ? null : value;
    }

    @Override
    public <T> Map<String, T> findByTypeWithName(Class<T> type) {
        // what has been made is bound
        return Map.of();
    }

    @Override
    public <T> Set<T> findByType(Class<T> type) {
        return Set.of();
    }
}
