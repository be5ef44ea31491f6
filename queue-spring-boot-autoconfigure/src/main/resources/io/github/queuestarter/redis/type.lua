-- Tells what a key holds.
-- KEYS: 1 any key of a queue
-- Returns: { 'stream', 'hash', 'zset' and so on, or 'none' }
return { redis.call('type', KEYS[1]).ok }
