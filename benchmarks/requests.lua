-- Requests for wrk, and what came of them on one line.
-- wrk … requests.lua URL -- PATH FILE STREAM FIRST
--   PATH    of the endpoint
--   FILE    percent-encoded queries, one a line; requests go through them in turn
--   STREAM  "changing": a comment with an ever new number is added to each query; "repeating": nothing is
--   FIRST   the first of these numbers

local host = wrk.host .. ":" .. wrk.port
local tail = " HTTP/1.1\r\nHost: " .. host .. "\r\nAccept: application/sparql-results+json\r\n\r\n"
local heads, changing, number, threads = {}, true, 0, {}
refused = 0

function setup(thread)
  threads[#threads + 1] = thread
end

function init(arguments)
  for line in io.lines(arguments[2]) do
    heads[#heads + 1] = "GET " .. arguments[1] .. "?query=" .. line
  end
  changing = arguments[3] == "changing"
  number = tonumber(arguments[4])
end

function request()
  number = number + 1
  local head = heads[number % #heads + 1]
  if changing then
    return head .. "%0A%23%20" .. number .. tail
  end
  return head .. tail
end

function response(status)
  if status ~= 200 then
    refused = refused + 1
  end
end

function done(summary, latency)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  for _, thread in ipairs(threads) do
    failed = failed + thread:get("refused")
  end
  io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), failed))
end
