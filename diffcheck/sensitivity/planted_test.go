package sensitivity

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// all asks for each of the sixty faults; without it a sample is tried.
//
//	go test ./diffcheck/sensitivity -run Sixty -all -timeout 20m -v
var all = flag.Bool("all", false, "plant each of the sixty faults, not a sample (some minutes)")

// sampleOf is one fault out of so many.
const sampleOf = 12

// foundMin is the share of the faults that must be found.
const foundMin = 0.95

// TestSixtyFaults plants faults in the rules of the model and in the answers of
// the kernel, one at a time, and runs diffcheck for a moment.
func TestSixtyFaults(t *testing.T) {
	if testing.Short() {
		t.Skip("builds diffcheck and runs it once per fault; run without -short")
	}
	binary := buildPlanted(t, repository(t))
	faults := append(append([]planted(nil), inRules...), inKernel...)
	if len(faults) < 60 {
		t.Errorf("%d faults, want 60", len(faults))
	}
	tried, found := 0, 0
	for i, f := range faults {
		if !*all && i%sampleOf != 0 {
			continue
		}
		tried++
		steps, seen := runPlanted(t, binary, f.name)
		switch {
		case seen:
			found++
			t.Logf("found, in %d steps: %s", steps, f.name)
		case f.missed != "":
			t.Logf("missed: %s: %s", f.name, f.missed)
		default:
			t.Logf("missed, and nobody says why: %s", f.name)
		}
	}
	t.Logf("%d of %d faults found", found, tried)
	if float64(found) < foundMin*float64(tried) {
		t.Errorf("%d of %d faults found, want %.0f %%", found, tried, 100*foundMin)
	}
}

// buildPlanted makes a diffcheck that has all faults in it, each asleep until
// the environment names it.
func buildPlanted(t *testing.T, root string) string {
	t.Helper()
	dir := t.TempDir()
	replace := map[string]string{}
	add := func(original, text string) {
		changed := filepath.Join(dir, fmt.Sprintf("changed%d.go", len(replace)))
		write(t, changed, text)
		replace[filepath.Join(root, original)] = changed
	}
	// The name puts the file behind the others of package model: their init
	// comes first.
	add("model/zz_planted.go", fill(t, "planted/model.txt", "func() { %s }", inRules))
	add("diffcheck/planted.go", fill(t, "planted/kernel.txt", "func(a *answer) { %s }", inKernel))
	const open = "return open(kernel.Options{Processor: worker})"
	bench, err := os.ReadFile(filepath.Join(root, "diffcheck/bench.go"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(bench), open); n != 1 {
		t.Fatalf("diffcheck/bench.go holds %q %d times, want once", open, n)
	}
	add("diffcheck/bench.go", strings.Replace(string(bench), open, "return tamper(open(kernel.Options{Processor: worker}))", 1))
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "overlay.json"), string(overlay))
	binary := filepath.Join(dir, "diffcheck")
	cmd := exec.Command("go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-o", binary, "./diffcheck")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
}

// fill puts the faults into the text of a file.
func fill(t *testing.T, name, form string, faults []planted) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, f := range faults {
		fmt.Fprintf(&b, "\t%q: "+form+",\n", f.name, f.code)
	}
	return strings.Replace(string(text), "FAULTS", b.String(), 1)
}

// runPlanted runs diffcheck with one fault for a moment. It gives the length of
// the shortest script that shows the fault.
func runPlanted(t *testing.T, binary, fault string) (steps int, found bool) {
	t.Helper()
	dir := t.TempDir()
	name := filepath.Join(dir, "report.json")
	cmd := exec.Command(binary, "--targets", "kernel,sim", "--budget", "30s", "--max-divergences", "1", "--out", dir, "--json", name)
	cmd.Env = append(os.Environ(), "CONNSPEC_FAULT="+fault)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 1) {
		t.Fatalf("diffcheck with %q could not run: %v\n%s", fault, err, out)
	}
	for _, d := range divergences(t, name) {
		if !found || d.Steps < steps {
			steps, found = d.Steps, true
		}
	}
	return steps, found
}
