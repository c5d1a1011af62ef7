// Package corpus holds scripts with names: one for each thing that connect does
// and a kernel can show, by subject. Each states its outcomes, so that replay
// checks them; the first line says what it shows. The generator starts from
// them too, but for those in the directory edge: what would follow them is
// beyond the model, or beyond impl.
package corpus

import (
	"embed"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/connspec/connspec/diffcheck/script"
)

//go:embed */*.pkt
var files embed.FS

// Names lists the scripts by directory and name, as "connect/refused.pkt".
func Names() []string {
	names, err := fs.Glob(files, "*/*.pkt")
	if err != nil {
		panic("BUG: the pattern is wrong: " + err.Error())
	}
	return names
}

// Text is a script as it stands in its file.
func Text(name string) ([]byte, error) { return files.ReadFile(name) }

// Script reads one script. The error is that of [script.Parse]; a test makes
// sure that there is none.
func Script(name string) (*script.Script, error) {
	text, err := Text(name)
	if err != nil {
		return nil, err
	}
	return script.Parse(path.Join("corpus", name), text)
}

// Scripts reads all of them, once; the caller must not change them.
var Scripts = sync.OnceValue(func() []*script.Script {
	var all []*script.Script
	for _, name := range Names() {
		s, err := Script(name)
		if err != nil {
			panic("BUG: a script of the corpus cannot be read: " + err.Error())
		}
		all = append(all, s)
	}
	return all
})

// Edge says whether a script is one that others do not start from.
func Edge(s *script.Script) bool { return strings.HasPrefix(s.Name, "corpus/edge/") }
