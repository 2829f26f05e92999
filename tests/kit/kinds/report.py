# report.py - the tutorial's third example: each `yield f"data: {line}\n\n"` is a print(line).
import json
import sys
import time

asked = json.load(sys.stdin)
print("processing_report")
for percent in (33, 66, 100):
    time.sleep(0.1)  # the slow function
    print(json.dumps({"event": "progress", "percent": percent}))
print(f"var finalReport /reports/{asked['subject']}.html")
print("finished_report")
