#pragma once
/// Text files that are wrong, and the words by which each is refused.

#include <string_view>

namespace m2grl::test {

struct bad_text {
  std::string_view text, words;
};

using namespace std::string_view_literals;

inline constexpr bad_text bad_configs[] = {
    {"\0"sv, "c.toml:1"},
    {"\xff\xfe[data]"sv, "c.toml:1"},
    {"[data"sv, "c.toml:1"},
    {"[]"sv, "c.toml:1"},
    {"[[["sv, "c.toml:1:3"},
    {"\xef\xb3\xbf"sv, "c.toml:1:1"},
    {"data]"sv, "c.toml:1"},
    {"= 1"sv, "c.toml:1"},
    {"data = "sv, "c.toml:1"},
    {"data = {"sv, "c.toml:1"},
    {"data = 1"sv, "data must be a table, not 1"},
    {"data = []"sv, "data must be a table, not a list"},
    {"[[data]]"sv, "data must be a table, not a list"},
    {"[data]\n[data]"sv, "c.toml:2"},
    {"[data]\nevents = 1"sv, "data.events must be a string, not 1"},
    {"[data]\nevents = \"unclosed"sv, "c.toml:2"},
    {"[data]\nevents = 'a\nb'"sv, "c.toml:2"},
    {"[data]\nevents = \"\\q\""sv, "c.toml:2"},
    {"[data]\nevents = \"\\uD800\""sv, "c.toml:2"},
    {"[data]\nmin_count = 9223372036854775808"sv, "c.toml:2"},
    {"[data]\nmin_count = 1_"sv, "c.toml:2"},
    {"[data]\nmin_count = 0x"sv, "c.toml:2"},
    {"[data]\nmin_count = 1.5"sv, "data.min_count must be a whole number, not 1.5"},
    {"[data]\nevent_weights = {buy = 4294967296}"sv, "data.event_weights.buy is 4294967296"},
    {"[data]\nevent_weights = []"sv, "data.event_weights must be a table"},
    {"[data]\nunit = \"fortnights\""sv, "data.unit is \"fortnights\""},
    {"[data.events]"sv, "data.events must be a string, not a table"},
    {"views = 1"sv, "views must be a list of tables"},
    {"views = [1]"sv, "views.0 must be a table, not 1"},
    {"[views]\nname = \"x\""sv, "views must be a list of tables"},
    {"[[views]]\nwalks = 3"sv, "views.0.walks must be a table, not 3"},
    {"[[views]]\nname = 2020-01-01"sv, "views.0.name must be a string, not a date or time"},
    {"[train]\ndim = 1e999"sv, "c.toml:2"},
    {"[train]\ndim = inf"sv, "train.dim must be a whole number"},
    {"[train]\nlearning_rate = 1e-400"sv, "c.toml:2"},
    {"[train]\nthreads = -1"sv, "train.threads is -1"},
    {"[train]\nfixed_weights = {item = 1e400}"sv, "c.toml:2"},
    {"[eval]\nk = [[1]]"sv, "eval.k must be a whole number, not a list"},
    {"[eval]\ncompose = \":\""sv, "eval.compose"},
    {"[eval]\ncompose = \"item:1e400\""sv, "eval.compose"},
    {"[eval]\ncompose = [1]"sv, "eval.compose must be a string, not 1"},
    {"[split]\nboundary = 9223372036854775808"sv, "c.toml:2"},
    {"unknown = 1"sv, "unknown key \"unknown\""},
};

/// The columns are user, item, time, type.
inline constexpr bad_text bad_logs[] = {
    {""sv, "the file is empty"},
    {"\xef\xbb\xbf"sv, "the file is empty"},
    {"\n"sv, "there is no column \"user\""},
    {"user,item,time,type\n\n\n"sv, "the log holds no events"},
    {"user,item,time,type\n\0"sv, ":2:1: there is a NUL byte"},
    {"\xff\xfeu\0s\0"sv, "the text is UTF-16"},
    {"\xfe\xff\0u\0s"sv, "the text is UTF-16"},
    {"\x1f\x8b"sv, "the gzip data is cut short"},
    {"\x1f\x8b\x08\0\0\0\0\0\0\x03\xff\xff\xff\xff"sv, "the gzip data is damaged"},
    {"\x28\xb5\x2f\xfd"sv, "the zstd data is cut short"},
    {"\x28\xb5\x2f\xfd\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"sv, "the zstd data is "},
    {"user,item,time,type,user\n1,a,1,view,2\n"sv, "column \"user\" (user) occurs twice"},
    {"\"user,item,time,type\n1,a,1,view\n"sv, ":1:1: the quoted field that begins here is never closed"},
    {"\"user\"x,item,time,type\n"sv, ":1:7: there is text behind the closing quote"},
    {"user,item,time,type\n1,a,1\n"sv, ":2:6: a value is missing"},
    {"user,item,time,type\n1,a,1,view,5\n"sv, "the line has more fields than the header, which has 4"},
    {"user,item,time,type\n,a,1,view\n"sv, ":2:1: a value is missing: column \"user\" is empty"},
    {"user,item,time,type\n1,\"\",1,view\n"sv, ":2:3: a value is missing: column \"item\" is empty"},
    {"user,item,time,type\n1,\"a,1,view\n"sv, ":2:3: the quoted field that begins here is never closed"},
    {"user,item,time,type\n1,\"a\"b,1,view\n"sv, ":2:6: there is text behind the closing quote"},
    {"user,item,time,type\n1,a,,view\n"sv, "time \"\" is not a whole number"},
    {"user,item,time,type\n1,a,1e3,view\n"sv, "time \"1e3\" is not a whole number"},
    {"user,item,time,type\n1,a,--1,view\n"sv, "time \"--1\" is not a whole number"},
    {"user,item,time,type\n1,a,\xff,view\n"sv, "is not a whole number"},
    {"user,item,time,type\n1,a,9223372036854775808,view\n"sv, "exceeds 64 bits"},
    {"user,item,time,type\n1,a,1,gift\n"sv, ":2:7: event type \"gift\" has no weight"},
    {"user,item,time,type\n1,a,1,skip\n1,b,2,skip\n"sv, "every one of the 2 events is dropped"},
    {"user,item,time,type\n1,a,1,view\n"sv, "there is nothing to train on"},
    {"user\titem\ttime\ttype\n1\ta\t1\tview\n"sv, "the line seems to be split by a tab"},
    {"user,item,time,type\r\n1,a,1,view\r\n1,b\r\n"sv, ":3:5: a value is missing"},
};

/// The columns are id, category; the known items a, b.
inline constexpr bad_text bad_tables[] = {
    {""sv, "the file is empty"},
    {"id\n"sv, "there is no column \"category\""},
    {"category\n"sv, "there is no column \"id\""},
    {"id,category,id\n"sv, "column \"id\" (key) occurs twice"},
    {"id,category\na,1\na,2\n"sv, ":3:1: key \"a\" occurs twice"},
    {"id,category\na,1\n\"a\",2\n"sv, ":3:1: key \"a\" occurs twice"},
    {"id,category\n,1\n"sv, ":2:1: a value is missing: key \"id\" is empty"},
    {"id,category\na\n"sv, "a value is missing: the line has 1 of the header's 2 fields"},
    {"id,category\na,\"1\n"sv, ":2:3: the quoted field that begins here is never closed"},
    {"id,category\na,\0\n"sv, ":2:3: there is a NUL byte"},
    {"id,category\na,1,2\n"sv, "the line has more fields than the header"},
};

inline constexpr bad_text bad_edges[] = {
    {""sv, "the file holds no edges"},
    {"#\n# a b\n\n  \t ,\n"sv, "the file holds no edges"},
    {"a\n"sv, ":1:1: an edge is \"u v\" or \"u v weight\", not 1 field"},
    {"a b 1 2\n"sv, "not 4 fields"},
    {"a b c d e f g h i j k l m n o p q r s t\n"sv, "not 20 fields"},
    {"a b\na c 1\n"sv, ":2:1: some edges have a weight and others have none"},
    {"a b 1\na c\n"sv, ":2:1: some edges have a weight and others have none"},
    {"a b 0\n"sv, "edge weight \"0\" is not a finite number > 0"},
    {"a b -0\n"sv, "edge weight \"-0\" is not a finite number > 0"},
    {"a b 1e-999\n"sv, "edge weight \"1e-999\" is not a finite number > 0"},
    {"a b 1e999\n"sv, "edge weight \"1e999\" is not a finite number > 0"},
    {"a b NaN\n"sv, "edge weight \"NaN\" is not a finite number > 0"},
    {"a b 1x\n"sv, "edge weight \"1x\" is not a finite number > 0"},
    {"a b\n\0"sv, ":2:1: there is a NUL byte"},
};

inline constexpr bad_text bad_sequences[] = {
    {""sv, "the file holds no sequences"},
    {" \t \n\r\n"sv, "the file holds no sequences"},
    {"a b\n\0\n"sv, ":2:1: there is a NUL byte"},
};

inline constexpr bad_text bad_histories[] = {
    {"u i1 i2\n"sv, ":1:1: the line has no tab between the user and the items"},
    {"u\n"sv, "the line has no tab"},
    {"\ti1\n"sv, ":1:1: the user before the tab is empty"},
    {"u\ti1\n\ti2"sv, ":2:1: the user before the tab is empty"},
    {"u\ti1\ti2\n"sv, ":1:5: there is a second tab"},
    {"u\t\t\n"sv, ":1:3: there is a second tab"},
    {"u\ti1\n\0\ti2\n"sv, ":2:1: there is a NUL byte"},
    {"\x1f\x8b\x08"sv, "the gzip data is cut short"},
};

inline constexpr bad_text bad_labels[] = {
    {""sv, "there are no labels"},
    {" \n\t\n"sv, "there are no labels"},
    {"i1\n"sv, ":1:1: the line has no label after the node"},
    {"i1 red\ni2"sv, ":2:1: the line has no label after the node"},
    {"i1 red blue\n"sv, ":1:8: a third word"},
    {"nobody red\n"sv, "no labelled node is known to the model"},
    {"i1 \0\n"sv, ":1:4: there is a NUL byte"},
};

/// The columns are type, u, v, label; the types item, category.
inline constexpr bad_text bad_labelled_edges[] = {
    {""sv, "the file holds no edges"},
    {"item i1 i2\n"sv, ":1:1: an edge is \"type u v label\", not 3 fields"},
    {"item i1 i2 1 1\n"sv, "not 5 fields"},
    {"item i1 i2 2\n"sv, ":1:12: label \"2\" is neither 0 nor 1"},
    {"item i1 i2 01\n"sv, "label \"01\" is neither 0 nor 1"},
    {"item i1 i2 yes\n"sv, "label \"yes\" is neither 0 nor 1"},
    {"shop i1 i2 1\n"sv, ":1:1: edge type \"shop\" is none of \"item\", \"category\""},
    {"item i1 i2 1\n\0"sv, ":2:1: there is a NUL byte"},
};

inline constexpr bad_text bad_node_lists[] = {
    {"i1\n\0\n"sv, ":2:1: there is a NUL byte"},
    {"\xff\xfei\0"sv, "the text is UTF-16"},
    {"\x1f\x8b\x08\0"sv, "the gzip data is cut short"},
    {"\x28\xb5\x2f\xfd\0"sv, "the zstd data is"},
};

template <std::size_t... Sizes>
constexpr std::size_t count_all(const bad_text (&... lists)[Sizes]) {
  ((void)lists, ...);
  return (Sizes + ...);
}
static_assert(count_all(bad_configs, bad_logs, bad_tables, bad_edges, bad_sequences, bad_histories, bad_labels,
                        bad_labelled_edges, bad_node_lists) >= 120);

}  // namespace m2grl::test
