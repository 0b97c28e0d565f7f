package demo;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import harness.Database;

/**
 * The databases of the paid order, with what customers and stock have at first.
 *
 * @param scarce how many there are of the product {@link #SCARCE}; of the others there are {@link #PLENTY}
 */
public record Shop(Database shop, Database stock, Database points, Database outbound, int scarce) {

    public static final int CUSTOMERS = 10;
    public static final int PRODUCTS = 4;
    public static final int PLENTY = 10_000_000;
    /** The product that some orders do not get. */
    public static final String SCARCE = "p-scarce";
    static final int BALANCE = 100_000_000;

    /** Applies the shipped schemas, and opens {@code c-0}, {@code c-1} … and {@code p-0}, {@code p-1} … */
    public static Shop open(Database shop, Database stock, Database points, Database outbound, int scarce) {
        shop.apply("schema.sql", "example-shop.sql");
        stock.apply("schema.sql", "example-stock.sql");
        points.apply("schema.sql", "example-points.sql");
        outbound.apply("schema.sql", "example-outbound.sql");
        IntStream.range(0, CUSTOMERS).forEach(i -> shop.update("INSERT INTO customer (id, balance) VALUES (?, ?)", "c-" + i, BALANCE));
        IntStream.range(0, PRODUCTS).forEach(i -> stock.update("INSERT INTO product (id, available) VALUES (?, ?)", "p-" + i, PLENTY));
        stock.update("INSERT INTO product (id, available) VALUES (?, ?)", SCARCE, scarce);
        return new Shop(shop, stock, points, outbound, scarce);
    }

    List<Database> databases() {
        return List.of(shop, stock, points, outbound);
    }

    /** What routes/application.properties needs to know to find these databases. */
    public Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        Map.of("shop", shop, "stock", stock, "points", points, "outbound", outbound).forEach((name, database) -> {
            settings.put("database." + name + ".url", database.url());
            settings.put("database." + name + ".user", "postgres");
        });
        return settings;
    }
}
