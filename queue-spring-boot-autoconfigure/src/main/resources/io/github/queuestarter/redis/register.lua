-- Registers a consumer.
-- KEYS: 1 consumers
-- ARGV: 1 ttl of registrations (ms), 2 consumer
-- Returns: { 1 }
keep_registrations(KEYS[1], ARGV[1])
redis.call('hsetnx', KEYS[1], ARGV[2], 1)
redis.call('pexpire', KEYS[1], ARGV[1])
return { 1 }
