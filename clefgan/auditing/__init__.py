"""May a set of generated images be released? Arrays in, findings out; files are read elsewhere."""
