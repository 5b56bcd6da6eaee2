//go:build !js

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"countersign/app/uitest"
	"countersign/shared/i18n"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// BenchmarkDashboard drives the dashboard of 100,000 numbers in a real browser and tells medians of a dozen runs: how long
// until the list can be used, what a keystroke, a frame of scrolling and an edit cost the page's thread, the longest task of
// a start, and the memory. Beside each stands what the same browser takes for the least that could do: a key into a bare
// field, a list of the same height whose few rows a dozen lines of JavaScript reuse, one transaction.
func BenchmarkDashboard(b *testing.B) {
	s := play(b).stocked(100_000)
	page := "/o/" + string(s.Acme) + "/numbers"
	tab := uitest.NewProfile(b, s.URL).Tab()
	s.signIn(tab, s.Marie)
	tab.Go(page)
	numbersReady(tab, "100,000 numbers")
	tab.Wait(`navigator.serviceWorker.controller`)
	medians := func(name, unit string, of func(i int) float64) {
		b.Run(name, func(b *testing.B) {
			list := make([]float64, 12)
			for i := range list {
				list[i] = of(i)
			}
			for b.Loop() {
			}
			slices.Sort(list)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(list[len(list)/2], unit)
		})
	}

	var longest, memory, program []float64
	medians("start", "ms-to-list", func(int) float64 {
		tab.Do(chromedp.Navigate(s.URL + page))
		tab.Wait(`document.querySelector("#numbers [role=row][aria-rowindex='2']")`)
		m := uitest.Eval[[]float64](tab, `(async () => {
			const seen = (type) => performance.getEntriesByType(type);
			const at = seen("mark").find(m => m.name === "numbers-listed")?.startTime ?? performance.now();
			const long = await new Promise(done => {
				const o = new PerformanceObserver(l => { o.disconnect(); done(Math.max(0, ...l.getEntries().map(e => e.duration))); });
				o.observe({type: "longtask", buffered: true});
				setTimeout(() => done(0), 500);
			});
			return [at, long, performance.memory.usedJSHeapSize / 1e6];
		})()`)
		longest, memory, program = append(longest, m[1]), append(memory, m[2]), append(program, programMemory(tab))
		return m[0]
	})
	medians("start longest task", "ms", func(i int) float64 { return longest[i] })
	medians("page memory", "MB", func(i int) float64 { return memory[i] })
	medians("program memory", "MB", func(i int) float64 { return program[i] })

	key := func(i int) float64 {
		before := worked(tab)
		tab.Do(chromedp.KeyEvent(string("339700"[i%6])))
		frames(tab, 2)
		return worked(tab) - before
	}
	tab.Click("#numbers-search")
	medians("keystroke", "ms-work", key)
	fill(tab, "#numbers-search", " ")
	numbersReady(tab, "100,000 numbers")
	scroll := func(id string) func(int) float64 {
		return func(int) float64 {
			const steps = 30
			before := worked(tab)
			tab.Run(fmt.Sprintf(`const g = document.getElementById(%q);
				for (let i = 0; i < %d; i++) { g.scrollTop += 120; await new Promise(requestAnimationFrame); }`, id, steps))
			return (worked(tab) - before) / steps
		}
	}
	medians("scroll", "ms-a-frame", scroll("numbers"))
	tab.Run(`document.getElementById("numbers").scrollTop = 0`)
	frames(tab, 2)
	first := uitest.Eval[string](tab, `document.querySelector("#numbers [role=row][aria-rowindex='2']").innerText.split("\n").find(x => x.startsWith("+"))`)
	// on the disk, and shown: the dialog closes then
	tab.Run(`const begin = IDBDatabase.prototype.transaction;
		IDBDatabase.prototype.transaction = function (...args) {
			const tx = begin.apply(this, args);
			if (args[1] === "readwrite") tx.addEventListener("complete", () => window.onDisk ??= performance.now());
			return tx;
		}`)
	var shown []float64
	medians("edit", "ms-to-disk", func(i int) float64 {
		onRow(tab, first, i18n.EN.T("numbers.edit"))
		tab.Wait(`document.querySelector("#number-edit[open]")`)
		replace(tab, "number-name", fmt.Sprint("Edited ", i))
		ms := uitest.Eval[[]float64](tab, `new Promise(done => {
			const dialog = document.getElementById("number-edit"), from = performance.now();
			new MutationObserver((_, o) => {
				if (!dialog.open) { o.disconnect(); done([onDisk - from, performance.now() - from]) }
			}).observe(dialog, {attributes: true});
			window.onDisk = undefined;
			document.getElementById("number-save").click();
		})`)
		shown = append(shown, ms[1])
		return ms[0]
	})
	medians("edit shown", "ms", func(i int) float64 { return shown[i] })
	// what an edit can't be faster than: one strict transaction of the browser's own
	tab.Run(`window.bare = await new Promise(done => {
		const r = indexedDB.open("bare");
		r.onupgradeneeded = () => r.result.createObjectStore("x", {autoIncrement: true});
		r.onsuccess = () => done(r.result);
	})`)
	medians("bare transaction", "ms", func(int) float64 {
		return uitest.Eval[float64](tab, `new Promise(done => {
			const from = performance.now(), tx = bare.transaction("x", "readwrite", {durability: "strict"});
			tx.objectStore("x").add("an edit");
			tx.oncomplete = () => done(performance.now() - from);
		})`)
	})
	tab.Run(bareList)
	frames(tab, 2)
	medians("bare keystroke", "ms-work", key)
	medians("bare scroll", "ms-a-frame", scroll("bare-list"))
}

const bareList = `
	document.body.innerHTML = "<input id=bare-field><div id=bare-list><div><div></div></div></div>";
	const list = document.getElementById("bare-list"), block = list.firstChild.firstChild, rows = [];
	list.style = "height: 40rem; overflow: auto; contain: strict";
	list.firstChild.style = "height: 4500000px; overflow: clip";
	block.style = "will-change: transform; contain: layout style";
	for (let i = 0; i < 24; i++) {
		const row = document.createElement("div");
		row.style = "display: grid; grid-template-columns: repeat(6, 1fr); align-items: center; height: 45px; contain: layout paint style";
		for (let k = 0; k < 6; k++) row.append(document.createElement("span"));
		block.append(row);
		rows.push({row, shows: -1});
	}
	list.onscroll = () => requestAnimationFrame(() => {
		const first = Math.max(0, Math.floor(list.scrollTop / 45) - 4);
		block.style.transform = "translateY(" + first * 45 + "px)";
		while (rows[0].shows >= 0 && rows[0].shows < first && first - rows[0].shows < rows.length) {
			block.append(rows[0].row);
			rows.push(rows.shift());
		}
		rows.forEach((r, i) => {
			if (r.shows !== (r.shows = first + i)) [...r.row.children].forEach((cell, k) => cell.textContent = k + " of +33 1 70 " + (first + i));
		});
	});
	list.onscroll();
	document.getElementById("bare-field").focus()`

// programMemory is what the WebAssembly keeps, in MB.
func programMemory(tab *uitest.Tab) (mb float64) {
	tab.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		of, err := cdp.Call(ctx, t, runtime.Evaluate, runtime.EvaluateParams{Expression: "WebAssembly.Memory.prototype"})
		if err != nil {
			return err
		}
		all, err := cdp.Call(ctx, t, runtime.QueryObjects, runtime.QueryObjectsParams{PrototypeObjectID: of.Result.ObjectID})
		if err != nil {
			return err
		}
		sum, err := cdp.Call(ctx, t, runtime.CallFunctionOn, runtime.CallFunctionOnParams{ObjectID: all.Objects.ObjectID, ReturnByValue: new(true),
			FunctionDeclaration: "function() { return this.reduce((n, m) => n + m.buffer.byteLength, 0) / 1e6 }"})
		if err != nil {
			return err
		}
		return json.Unmarshal(sum.Result.Value, &mb)
	}))
	return mb
}

// worked is how long the page's thread has worked so far, in ms.
func worked(tab *uitest.Tab) (ms float64) {
	tab.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, performance.Enable, performance.EnableParams{}); err != nil {
			return err
		}
		m, err := cdp.Call(ctx, t, performance.GetMetrics, cdp.Empty{})
		if err != nil {
			return err
		}
		for _, x := range m.Metrics {
			if x.Name == "TaskDuration" {
				ms = x.Value * 1000
			}
		}
		return nil
	}))
	return ms
}

// frames waits until the browser has drawn so many frames.
func frames(tab *uitest.Tab, n int) {
	tab.Run(fmt.Sprintf(`for (let i = 0; i < %d; i++) await new Promise(requestAnimationFrame)`, n))
}
