-- Removes the oldest dead letters that are beyond the limits of their group.
-- KEYS: 1 dead letters, 2 ids of dead letters
-- ARGV: 1 greatest age (ms) or '', 2 greatest length or '', 3 how many to remove at most
-- Returns: { how many were removed }
local dead, dead_ids = KEYS[1], KEYS[2]
expect(dead, 'stream')
expect(dead_ids, 'hash')
local excess = ARGV[2] ~= '' and redis.call('xlen', dead) - tonumber(ARGV[2]) or 0
local oldest = ARGV[1] ~= '' and text_of(math.max(0, now_millis() - tonumber(ARGV[1]))) .. '-0'
local removed = 0
for i, letter in ipairs(redis.call('xrange', dead, '-', '+', 'count', tonumber(ARGV[3]))) do
  if i > excess and not (oldest and less(letter[1], oldest)) then
    break
  end
  local id = own_fields(letter[2])['queue~id']
  if id and redis.call('hget', dead_ids, id) == letter[1] then
    redis.call('hdel', dead_ids, id)
  end
  removed = removed + redis.call('xdel', dead, letter[1])
end
return { removed }
