def run(url): pass
