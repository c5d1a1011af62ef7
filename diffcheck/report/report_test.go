package report

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/hwtarget/capture"
	"github.com/connspec/connspec/hwtarget/lab"
	"github.com/connspec/connspec/model"
)

func TestJSONHoldsWhatReadersCountOn(t *testing.T) {
	res := outcome()
	tiers := []lab.Tier{{Name: "sim", Available: true}, {Name: "wire", Reason: "no namespaces"}}
	var b bytes.Buffer
	if err := Summarize(res, tiers, []Saved{{Script: "/d/01-impl.pkt", Replay: "go run …"}}).WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]any{
		"seed": 42.0, "seconds": 2.0, "scripts": 3.0, "steps": 30.0,
		"targets/kernel/scripts": 3.0, "targets/kernel/scriptsPerSecond": 1.5,
		"verdicts/linux/specified": 25.0, "verdicts/linux/undocumented": 5.0,
		"connectResults/0": 4.0, "connectResults/-1 EINPROGRESS (Operation now in progress)": 2.0,
		"targets/kernel/unmodelled/" + model.LeftWindow.String(): 3.0,
		"rules/hit": 0.0, "divergences/unexplained": 1.0, "divergences/known": 0.0,
		"tiers/sim": true, "tiers/wire": "no namespaces",
	} {
		if seen := at(got, path); seen != want {
			t.Errorf("%s is %v, want %v", path, seen, want)
		}
	}
	if n, ok := at(got, "rules/reachable").(float64); !ok || n < 1 {
		t.Errorf("rules/reachable is %v, want a number of rules", n)
	}
	list, _ := at(got, "divergences/list").([]any)
	want := map[string]any{
		"target": "impl", "dialect": "linux", "rule": "", "steps": 2.0, "shrunk": true, "count": 7.0,
		"seen": "connect = -1 EISCONN", "allowed": []any{"connect = -1 EINPROGRESS"}, "file": "/d/01-impl.pkt", "replay": "go run …",
	}
	if len(list) != 1 || !reflect.DeepEqual(list[0], want) {
		t.Errorf("divergences/list is %v, want one of %v", list, want)
	}
}

// at follows a path of keys through objects.
func at(v any, path string) any {
	for key := range strings.SplitSeq(path, "/") {
		object, _ := v.(map[string]any)
		v = object[key]
	}
	return v
}

func TestDivergencePrintsExpectedBesideSeen(t *testing.T) {
	var b bytes.Buffer
	Divergence(&b, 1, refused(), 42, &Saved{Script: "/d/01-impl.pkt", Replay: "go run ./diffcheck replay /d/01-impl.pkt"})
	want := `
divergence 1: impl does otherwise than the kernel
  shown by 7 scripts, first by 42-5; shrunk from 4 steps to 2

     1  +0 socket(AF_INET, SOCK_STREAM|SOCK_NONBLOCK, IPPROTO_IP) = 3
  !  2  +0 connect(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("192.0.2.1")}, 16)
        expected: as the kernel                        seen: impl
        = -1 EINPROGRESS (Operation now in progress)  = -1 EISCONN (Transport endpoint is already connected)

  saved    /d/01-impl.pkt
  replay   go run ./diffcheck replay /d/01-impl.pkt
`
	if squeeze(b.String()) != squeeze(want) {
		t.Errorf("printed\n%s\nwant\n%s", b.String(), want)
	}
	requireAligned(t, b.String(), "expected: as the kernel", "= -1 EINPROGRESS")
	requireAligned(t, b.String(), "seen: impl", "= -1 EISCONN")
}

// squeeze makes runs of spaces one.
func squeeze(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }), " ")
}

// requireAligned checks that texts begin at one column of their lines.
func requireAligned(t *testing.T, text string, heads ...string) {
	t.Helper()
	column := func(head string) int {
		for line := range strings.Lines(text) {
			if i := strings.Index(line, head); i >= 0 {
				return i
			}
		}
		return -1
	}
	for _, head := range heads[1:] {
		if got, want := column(head), column(heads[0]); got != want || got < 0 {
			t.Errorf("%q begins at column %d and %q at %d, want the same", head, got, heads[0], want)
		}
	}
}

func TestSaveWritesAScriptAndItsFrames(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	d := refused()
	saved, err := Save(dir, 1, d, 42)
	if err != nil {
		t.Fatal(err)
	}
	src, err := os.ReadFile(saved.Script)
	if err != nil {
		t.Fatal(err)
	}
	s, err := script.Parse(saved.Script, src)
	if err != nil || len(s.Events) != 2 {
		t.Fatalf("the script saved is\n%s\nParse: %v", src, err)
	}
	all, err := capture.Read(saved.Capture)
	if err != nil || len(all) != 1 || len(all[0].Data) != 60 || all[0].Direction != capture.Out {
		t.Fatalf("frames saved: %v, %v; want one of 60 bytes, outwards", all, err)
	}
	comments := strings.Join(all[0].Comments, "; ")
	if want := "step 2, from the host; rule connect/starts; the divergence is in this step"; comments != want {
		t.Errorf("comments %q, want %q", comments, want)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("%d files in %s (%v), want the two saved", len(entries), dir, err)
	}
}

func TestTableSaysWhatTheRunCameTo(t *testing.T) {
	var b bytes.Buffer
	Table(&b, outcome(), []lab.Tier{{Name: "wire", Reason: "no namespaces"}})
	for _, want := range []string{
		"3 scripts, 30 steps in 2.0 s, seed 42",
		"2 different results of connect on the kernel",
		"connect() = -1 EINPROGRESS (Operation now in progress)",
		"1 unexplained, 0 known",
		"wire: no namespaces",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the table does not say %q:\n%s", want, b.String())
		}
	}
}
