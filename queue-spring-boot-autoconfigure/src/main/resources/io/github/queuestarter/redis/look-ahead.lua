-- Tells when the next message of a group is due.
-- KEYS: 1 groups, 2 scheduled, then retry of each lane
-- ARGV: 1 group
-- Returns: { 1 if paused, milliseconds until a message of the group or a scheduled one is due, or -1 }
local now, next_due = now_millis(), -1
for i = 2, #KEYS do
  local first = redis.call('zrange', KEYS[i], 0, 0, 'withscores')
  if first[2] then
    local wait = math.max(0, tonumber(first[2]) - now)
    if next_due < 0 or wait < next_due then
      next_due = wait
    end
  end
end
return { redis.call('hget', KEYS[1], 'paused:' .. ARGV[1]) == '1' and 1 or 0, next_due }
