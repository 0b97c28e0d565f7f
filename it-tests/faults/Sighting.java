package faults;

/**
 * A record that was seen in a topic.
 *
 * @param topic      where
 * @param partition  which of its partitions
 * @param offset     its position there
 * @param key        its key, the account that pays
 * @param id         its ce_id
 * @param transferId the transfer that its body tells of
 */
record Sighting(String topic, int partition, long offset, String key, String id, String transferId) {
}
