-- Removes a scheduled message that is not due yet.
-- KEYS: 1 scheduled, 2 bodies
-- ARGV: 1 message id
-- Returns: { 1 if there was one, else 0 }
expect(KEYS[1], 'zset')
expect(KEYS[2], 'hash')
redis.call('hdel', KEYS[2], ARGV[1])
return { redis.call('zrem', KEYS[1], ARGV[1]) }
