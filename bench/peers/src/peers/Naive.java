package peers;

/** A row a time, as tutorials show it, with the pack's table. */
final class Naive extends Ours {

    @Override
    String route() {
        return "bench/naive-relay.camel.yaml";
    }
}
