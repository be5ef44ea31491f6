package io.github.queuestarter.redis;

/**
 * A stream that a group reads. Each group has two: the log of the queue, and a stream of
 * its own with the dead letters that were replayed.
 *
 * @param stream the stream
 * @param retry sorted set of entry id to due time, of the entries that wait
 * @param attempts hash of entry id to what is known of the attempts, of the messages that
 * failed
 */
record Lane(byte[] stream, byte[] retry, byte[] attempts) {
}
