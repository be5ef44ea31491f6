-- Removes a dead letter for good.
-- KEYS: 1 dead letters, 2 ids of dead letters
-- ARGV: 1 message id
-- Returns: { 1 if there was one, else 0 }
expect(KEYS[1], 'stream')
expect(KEYS[2], 'hash')
local id = redis.call('hget', KEYS[2], ARGV[1])
if not id then
  return { 0 }
end
redis.call('hdel', KEYS[2], ARGV[1])
return { redis.call('xdel', KEYS[1], id) }
