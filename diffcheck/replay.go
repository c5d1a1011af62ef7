package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/connspec/connspec/diffcheck/judge"
	"github.com/connspec/connspec/diffcheck/report"
	"github.com/connspec/connspec/diffcheck/run"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/hwtarget/lab"
)

type replayCommand struct {
	Paths   []string    `arg:"" name:"file" help:"Script files, directories of .pkt files, or SEED-INDEX for a generated script."`
	Targets targetList  `default:"kernel,impl,sim" placeholder:"LIST" help:"What to run on: kernel, impl, sim, sim:DIALECT."`
	Dialect dialectName `placeholder:"D" help:"Run the personality of this dialect as well."`
}

// replayed counts what became of the files.
type replayed struct {
	agreed, differed, outside, bad int
}

func (c *replayCommand) Run(w io.Writer, bad complaints) error {
	files, err := scriptFiles(c.Paths)
	if err != nil {
		return err
	}
	var count replayed
	scripts, unread := readScripts(files, &count)
	var missing error
	if len(scripts) > 0 {
		missing = lab.Enter() // before anything is printed: the program starts anew there
	}
	for _, err := range unread {
		fmt.Fprintln(bad, err)
	}
	kinds := c.kinds()
	if missing != nil {
		if kinds = withoutWire(kinds); len(kinds) == 0 {
			return fmt.Errorf("none of the targets asked for can run without a wire: %w", missing)
		}
		fmt.Fprintf(w, "no wire: %v; replaying on sim and the kernel on loopback only\n", missing)
	}
	singles := run.NewSingles(&bench{wired: missing == nil}, judge.New())
	defer singles.Close()
	for _, s := range scripts {
		if err := replayOne(w, singles, s, available(kinds, s, missing != nil), &count); err != nil {
			return err
		}
	}
	return count.conclude(w, len(files))
}

// readScripts parses the files. The errors are about those that cannot be run.
func readScripts(files []string, count *replayed) (scripts []*script.Script, unread []error) {
	for _, path := range files {
		s, err := readScript(path)
		var outside *script.OutsideError
		switch {
		case err == nil:
			scripts = append(scripts, s)
			continue
		case errors.As(err, &outside):
			count.outside++
		default:
			count.bad++
		}
		unread = append(unread, err)
	}
	return scripts, unread
}

func readScript(path string) (*script.Script, error) {
	src, err := os.ReadFile(path)
	if seed, index, ok := generatedName(path); ok && errors.Is(err, fs.ErrNotExist) {
		return newGenerator(seed).Script(index), nil
	}
	if err != nil {
		return nil, err
	}
	if report.IsCapture(src) || filepath.Ext(path) == ".pcapng" || filepath.Ext(path) == ".pcap" {
		return nil, report.CaptureInstead(path, src)
	}
	return script.Parse(path, src)
}

// replayOne runs one script and prints what came of it.
func replayOne(w io.Writer, singles *run.Singles, s *script.Script, kinds []run.Kind, count *replayed) error {
	single, err := singles.Run(s, kinds)
	if err != nil {
		return err
	}
	ran := false
	for i := range single.Outcomes {
		ran = ran || single.Outcomes[i].Trace != nil
	}
	agreed := report.Replayed(w, s, single)
	fmt.Fprintln(w)
	switch {
	case !ran:
		count.outside++
	case agreed:
		count.agreed++
	default:
		count.differed++
	}
	return nil
}

// kinds are the targets that the flags ask for.
func (c *replayCommand) kinds() []run.Kind {
	kinds := c.Targets.kinds
	if k := (run.Kind{Name: run.Sim.Name, Dialect: c.Dialect.dialect}); c.Dialect.set && k != run.Sim {
		kinds = append(kinds, k)
	}
	return kinds
}

// available leaves out the kernel where the script needs a wire and there is
// none.
func available(kinds []run.Kind, s *script.Script, loopbackOnly bool) []run.Kind {
	var left []run.Kind
	for _, k := range kinds {
		if k != run.Kernel || !loopbackOnly || s.Loopback {
			left = append(left, k)
		}
	}
	return left
}

// conclude prints the sum of a replay and gives its exit status.
func (r *replayed) conclude(w io.Writer, files int) error {
	if files > 1 {
		fmt.Fprintf(w, "%d scripts: %d agree, %d differ, %d not supported, %d not readable\n", files, r.agreed, r.differed, r.outside, r.bad)
	}
	switch {
	case r.bad > 0 || r.agreed+r.differed == 0:
		return exit{run.ExitCannot}
	case r.differed > 0:
		return exit{run.ExitDiverged}
	}
	return nil
}

// scriptFiles lists the files that paths name: themselves, and the .pkt files
// below directories.
func scriptFiles(paths []string) ([]string, error) {
	var files []string
	for _, path := range paths {
		if _, _, ok := generatedName(path); ok {
			files = append(files, path)
			continue
		}
		err := filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if !d.IsDir() && (p == path || filepath.Ext(p) == ".pkt") {
				files = append(files, p)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no .pkt file in %v", paths)
	}
	return files, nil
}
