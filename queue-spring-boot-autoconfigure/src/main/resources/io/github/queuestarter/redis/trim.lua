-- Removes entries that every group has finished, and old ones of a stream without a group.
-- KEYS: 1 stream, 2 groups
-- ARGV: 1 milliseconds that finished entries are kept, 2 how many to remove at most,
--       3 milliseconds that entries are kept for a group that is lost,
--       4 milliseconds that entries are kept if there is no group,
--       5 milliseconds that entries are kept at least while somebody reads without a group
-- Returns: { how many finished ones were removed, how many without a group }
local stream, groups, keep, limit = KEYS[1], KEYS[2], tonumber(ARGV[1]), tonumber(ARGV[2])
if redis.call('type', stream).ok ~= 'stream' then
  return { 0, 0 }
end
local bound, found = nil, {}
for _, group in ipairs(groups_of(stream)) do
  found[group['name']] = true
  local first_unfinished = after(group['last-delivered-id'])
  if group['pending'] > 0 then
    -- of the two, as a group that was set back has still to read what lies before its pending entries
    local first_pending = redis.call('xpending', stream, group['name'])[2]
    if less(first_pending, first_unfinished) then
      first_unfinished = first_pending
    end
  end
  if not bound or less(first_unfinished, bound) then
    bound = first_unfinished
  end
end
local has_groups = bound ~= nil

-- A lost group comes back and goes on after its low-water mark, unless nobody reads it any more
local now = now_millis()
for name, low in pairs(lost_groups(groups, found, now, tonumber(ARGV[3]))) do
  if not bound or less(after(low), bound) then
    bound = after(low)
  end
end

-- Who reads without a group is not waited for, but has some time
local reader = redis.call('hget', groups, 'reader')
if reader and now - tonumber(reader) < 180000 then
  keep = math.max(keep, tonumber(ARGV[5]))
elseif reader then
  redis.call('hdel', groups, 'reader')
  reader = nil
end

-- Whole nodes first, in bounded steps; then the rest, which is less than a node
local function trim(up_to)
  local removed = redis.call('xtrim', stream, 'minid', '~', up_to, 'limit', limit)
  if removed < limit / 2 then
    removed = removed + redis.call('xtrim', stream, 'minid', '=', up_to)
  end
  return removed
end

local function before_age(age)
  return text_of(math.max(0, now - age)) .. '-0'
end

if not has_groups then
  -- With a lost group the entries wait for it
  if bound then
    return { 0, 0 }
  end
  if reader then
    return { trim(before_age(keep)), 0 }
  end
  return { 0, trim(before_age(tonumber(ARGV[4]))) }
end
if keep > 0 and less(before_age(keep), bound) then
  bound = before_age(keep)
end
return { trim(bound), 0 }
