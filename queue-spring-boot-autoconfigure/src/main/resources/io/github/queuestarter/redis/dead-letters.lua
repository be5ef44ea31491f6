-- Reads dead letters, oldest first.
-- KEYS: 1 dead letters
-- ARGV: 1 '-' or '(' and the id after which to start, 2 how many at most
-- Returns: { { id, fields and values }, ... }
local letters = {}
for _, letter in ipairs(redis.call('xrange', KEYS[1], ARGV[1], '+', 'count', tonumber(ARGV[2]))) do
  letters[#letters + 1] = { letter[1], plain_fields(letter[2]) }
end
return letters
