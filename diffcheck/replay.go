package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/connspec/connspec/diffcheck/report"
	"github.com/connspec/connspec/diffcheck/run"
	"github.com/connspec/connspec/diffcheck/script"
	"github.com/connspec/connspec/hwtarget/lab"
)

type replayCommand struct {
	Paths   []string    `arg:"" name:"file" help:"Script files, directories of .pkt files, or SEED-INDEX for a generated script."`
	Targets targetList  `default:"kernel,impl,sim" placeholder:"LIST" help:"What to run on: kernel, impl, sim, sim:DIALECT."`
	Dialect dialectName `placeholder:"D" help:"Run the personality of this dialect as well."`
	Stated  bool        `help:"Run nothing: say which dialects of the model (or whether that of --dialect) allow what the scripts state."`
	Verbose bool        `short:"v" help:"Print every script, also where there are many of which only those that differ would be."`
}

// shownMax is how many scripts are printed whether they agree or not.
const shownMax = 8

func (c *replayCommand) Run(w io.Writer, bad complaints) error {
	files, err := scriptFiles(c.Paths)
	if err != nil {
		return err
	}
	count := replayed{refused: map[refusal]int{}}
	scripts, unread := readScripts(files, &count)
	if c.Stated {
		if len(unread) > 0 {
			return unread[0]
		}
		return c.hold(w, scripts, files)
	}
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
		fmt.Fprintf(w, "no wire: %v; replaying on %s only\n", missing, left())
	}
	p := playback{bench: &bench{wired: missing == nil}, kinds: kinds, results: make([]chan played, len(scripts))}
	p.start(scripts)
	for i := range scripts {
		r := <-p.results[i]
		if r.err != nil {
			return r.err
		}
		if !r.agreed || c.Verbose || len(scripts) <= shownMax {
			fmt.Fprintf(w, "%s\n", r.text)
		}
		count.add(&r)
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

// kinds are the targets that the flags ask for.
func (c *replayCommand) kinds() []run.Kind {
	kinds := c.Targets.kinds
	if k := (run.Kind{Name: run.Sim.Name, Dialect: c.Dialect.dialect}); c.Dialect.set && k != run.Sim {
		kinds = append(kinds, k)
	}
	return kinds
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
