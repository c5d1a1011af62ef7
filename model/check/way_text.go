package check

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/connspec/connspec/model"
)

// The text of a label: its kind, and every field that is not zero by its name, as
// in "call Op=connect FD=3 To.Family=AF_INET To.Addr=remote1 To.Port=1 To.Len=16".
// Values that have a name are written by it, so that the text outlives a change
// of their numbers.

// kinds are the words that labels begin with, and the part of a label that follows.
var kinds = []struct {
	word string
	kind model.LabelKind
	part func(*model.Label) any
}{
	{"call", model.LabelCall, func(l *model.Label) any { return &l.Call }},
	{"frame", model.LabelIn, func(l *model.Label) any { return &l.Frame }},
	{"change", model.LabelEnv, func(l *model.Label) any { return l }},
	{"signal", model.LabelSignal, func(l *model.Label) any { return l }},
	{"time", model.LabelAdvance, nil},
	{"moment", model.LabelSettle, nil},
}

// FormatLabel writes a label of a [Way].
func FormatLabel(l *model.Label) string {
	for _, k := range kinds {
		if k.kind != l.Kind {
			continue
		}
		words := []string{k.word}
		if k.part != nil {
			rest := *l
			rest.Kind = 0
			words = appendFields(words, "", reflect.ValueOf(k.part(&rest)).Elem())
		}
		if k.kind == model.LabelCall && l.Thread != 0 {
			words = append(words, fmt.Sprintf("thread=%d", l.Thread))
		}
		return strings.Join(words, " ")
	}
	panic("BUG: a way has a label of kind " + l.Kind.String())
}

func appendFields(words []string, path string, v reflect.Value) []string {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			if path != "" {
				name = path + "." + name
			}
			words = appendFields(words, name, v.Field(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			words = appendFields(words, path+"."+strconv.Itoa(i), v.Index(i))
		}
	default:
		if !v.IsZero() {
			words = append(words, path+"="+formatValue(v))
		}
	}
	return words
}

// formatValue is the name of a value that has one of its own, or its number.
func formatValue(v reflect.Value) string {
	switch {
	case v.Kind() == reflect.Bool:
		return "true"
	case v.CanUint():
		if name := nameOf(v.Type(), v.Uint()); name != "" {
			return name
		}
		return strconv.FormatUint(v.Uint(), 10)
	}
	return strconv.FormatInt(v.Int(), 10)
}

// namedMax is how many values of a type may have names.
const namedMax = 256

// nameOf is the name of a value as it stands in a text; "" if there is none, or it
// is another's as well.
func nameOf(t reflect.Type, n uint64) string {
	if n >= namedMax || !t.Implements(reflect.TypeFor[fmt.Stringer]()) {
		return ""
	}
	name := spelled(t, n)
	if v, ok := valueOf(t, name); !ok || v != n || strings.Contains(name, "?") {
		return ""
	}
	return name
}

// spelled is what String says of a value, without spaces; "" where the value is
// beyond those it knows.
func spelled(t reflect.Type, n uint64) (name string) {
	defer func() {
		if recover() != nil { // some have a table without a check: what is beyond it has no name
			name = ""
		}
	}()
	v := reflect.New(t).Elem()
	v.SetUint(n)
	return strings.ReplaceAll(v.Interface().(fmt.Stringer).String(), " ", "-")
}

// valueOf is the first value of a name.
func valueOf(t reflect.Type, name string) (uint64, bool) {
	if name == "" {
		return 0, false
	}
	for n := range uint64(namedMax) {
		if t.OverflowUint(n) {
			break
		}
		if spelled(t, n) == name {
			return n, true
		}
	}
	return 0, false
}

// ParseLabel reads what [FormatLabel] writes.
func ParseLabel(text string) (l model.Label, err error) {
	words := strings.Fields(text)
	for _, k := range kinds {
		if len(words) == 0 || words[0] != k.word {
			continue
		}
		l.Kind = k.kind
		for _, w := range words[1:] {
			name, value, ok := strings.Cut(w, "=")
			if !ok {
				return l, fmt.Errorf("%q; expected NAME=VALUE", w)
			}
			at := reflect.ValueOf(&l).Elem().FieldByName("Thread")
			if name != "thread" {
				if k.part == nil {
					return l, fmt.Errorf("%q; %s has no fields", w, k.word)
				}
				if at, err = field(reflect.ValueOf(k.part(&l)).Elem(), name); err != nil {
					return l, err
				}
			}
			if err := setValue(at, value); err != nil {
				return l, fmt.Errorf("%s: %w", name, err)
			}
		}
		return l, nil
	}
	return l, fmt.Errorf("%q; expected call, frame, change, signal, time or moment", text)
}

// field finds a field by its path.
func field(v reflect.Value, path string) (reflect.Value, error) {
	for part := range strings.SplitSeq(path, ".") {
		switch v.Kind() {
		case reflect.Struct:
			v = v.FieldByName(part)
		case reflect.Array:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= v.Len() {
				return v, fmt.Errorf("%q has no element %q", path, part)
			}
			v = v.Index(i)
		default:
			return v, fmt.Errorf("%q leads to no field", path)
		}
		if !v.IsValid() {
			return v, fmt.Errorf("a label has no field %q", path)
		}
	}
	if v.Kind() == reflect.Struct || v.Kind() == reflect.Array {
		return v, fmt.Errorf("%q is more than one field", path)
	}
	return v, nil
}

func setValue(v reflect.Value, text string) error {
	switch {
	case v.Kind() == reflect.Bool:
		v.SetBool(text == "true")
		return nil
	case v.CanUint():
		n, known := uint64(0), false
		if v.Type().Implements(reflect.TypeFor[fmt.Stringer]()) {
			n, known = valueOf(v.Type(), text)
		}
		if !known {
			var err error
			if n, err = strconv.ParseUint(text, 10, 64); err != nil || v.OverflowUint(n) {
				return fmt.Errorf("%q; expected a name or a number of %v", text, v.Type())
			}
		}
		v.SetUint(n)
		return nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || v.OverflowInt(n) {
		return fmt.Errorf("%q; expected a number", text)
	}
	v.SetInt(n)
	return nil
}
