"""Chromium's trace of one page over its own protocol: chromium_devtools.py FILE [screenshots]."""
import sys

from playwright.sync_api import sync_playwright

PAGE = "<h1>a page</h1><script>for (let i = 0; i < 1e5; ++i) performance.now(); performance.mark('done')</script>"
with sync_playwright() as play:
    browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    page = browser.new_page()
    browser.start_tracing(page=page, path=sys.argv[1], screenshots="screenshots" in sys.argv)
    page.set_content(PAGE)
    page.wait_for_timeout(100)
    browser.stop_tracing()
    browser.close()
